// Figures of calls grouped by what they were about: needs whole calls, in order, and what happened before them.
#pragma once

#include <memory>
#include <string>

#include "analyzer/analysis.h"
#include "analyzer/model/model.h"
#include "analyzer/stacks/reel_places.h"
#include "analyzer/stacks/stack_names.h"
#include "analyzer/stats/figure_table.h"
#include "analyzer/stats/grouping.h"
#include "analyzer/stats/timeline.h"
#include "analyzer/window.h"

namespace sysreel {

// Takes every grouping; CallStats is the fast way for those that is_in_columns(). Calls without such an object (no path, no
// descriptor) are not counted. Events before the window are followed, and not counted. Used by one thread.
class ObjectStats final : public Analysis {
 public:
  explicit ObjectStats(Grouping grouping, const Window& window = {}, Timeline* timeline = nullptr)
      : grouping_(grouping), window_(window), timeline_(timeline) {
    if (grouping == Grouping::stack) stacks_ = std::make_unique<Stacks>(model_);
  }

  using EventSink::on;
  void on(const Call& call) override;
  void on(const TaskNew& event) override { follow(event); }
  void on(const Exec& event) override { follow(event); }
  void on(const TaskExit& event) override { follow(event); }
  void on(const TaskDetach& event) override { model_.on(event); }
  void on(const FdFact& event) override { model_.on(event); }
  void on(const Snapshot& event) override { follow(event); }
  void on(const Loss& event) override { lost_ += event.signals_and_tasks ? 0 : event.count; }

  const FigureTable& table() const { return table_; }
  // Calls that happened and are not in the reel.
  std::uint64_t lost() const { return lost_; }

 private:
  // What names code; mappings are followed for nothing else.
  struct Stacks {
    explicit Stacks(const Model& files) : names(places) { places.ask(files); }
    ReelPlaces places;
    StackNames names;
  };

  void name_group(const Call& call);
  template <typename Event>
  void follow(const Event& event) {
    if (stacks_) stacks_->places.on(event);
    model_.on(event);
  }

  Grouping grouping_;
  Window window_;
  Timeline* timeline_;
  Model model_;
  std::unique_ptr<Stacks> stacks_;
  FigureTable table_;
  std::string name_;  // of the group of the call in work; empty: it has none
  std::uint64_t lost_ = 0;
};

}  // namespace sysreel
