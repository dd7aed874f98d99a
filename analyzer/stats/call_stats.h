// Figures of the calls in chunks, from their columns alone: as fast as a reel can be read, on several threads.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "analyzer/stats/figure_table.h"
#include "analyzer/stats/grouping.h"
#include "analyzer/stats/timeline.h"
#include "analyzer/window.h"
#include "format/chunk_view.h"
#include "format/result.h"

namespace sysreel {

// Hidden calls and calls in flight are not counted. Used by one thread; each thread fills its own, and they merge.
class CallStats {
 public:
  // `grouping` must be one that is_in_columns(). `timeline` may be nullptr, and is borrowed.
  explicit CallStats(Grouping grouping, const Window& window = {}, Timeline* timeline = nullptr)
      : grouping_(grouping), window_(window), timeline_(timeline) {}

  // Adds all calls of a chunk that ended in the window, and decodes only what that takes. Fails if the chunk is damaged;
  // then nothing of it was added.
  Result<void> add(ChunkView& chunk);

  const FigureTable& table() const { return table_; }

 private:
  void find_groups(ChunkView& chunk);
  template <typename GroupOf>
  void add_calls(ChunkView& chunk, GroupOf group_of);
  CallFigures& of_error(int error);

  Grouping grouping_;
  Window window_;
  Timeline* timeline_;
  FigureTable table_;
  std::vector<CallFigures*> groups_;       // of the chunk: by key, task or errno, as the grouping is
  std::unordered_map<int, CallFigures*> errors_;
};

}  // namespace sysreel
