// Finds threads in a /proc that belongs to another pid namespace than this process, and so numbers them otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sysreel::proc {

// What /proc says about one thread's ids, each from the namespace of /proc inwards (the NS… lines of its status).
struct Numbers {
  static std::optional<Numbers> of(std::string folder);

  using Levels = std::vector<int>;
  std::array<Levels, 4> ids;  // of the thread, its process, its process group, its session
  std::string space;          // link of ns/pid
  std::string folder;         // "/proc/12" or "/proc/12/task/34"
  int tracer = 0;             // as /proc numbers it
};

// The folders of all processes, or of all threads.
std::vector<std::string> process_folders();
std::vector<std::string> thread_folders();

// This process's own place among the namespaces that /proc shows.
class OwnNumbers {
 public:
  OwnNumbers();

  // Whether /proc is of our own namespace: its numbers are ours.
  bool same_as_proc() const { return level_ == 0; }
  std::size_t level() const { return level_; }
  const std::string& space() const { return space_; }

  // The thread that our namespace calls `id`. Namespaces beside ours number their threads alike; a thread that we trace is
  // told from those by its tracer.
  std::optional<Numbers> find(int id) const;
  std::optional<Numbers> find_traced(int id) const;

 private:
  template <typename Wanted>
  std::optional<Numbers> find_if(int id, Wanted wanted) const;

  std::size_t level_ = 0;  // index of our namespace in Numbers::Levels
  std::string space_;
  int number_ = 0;         // ours in /proc
};

// What our namespace calls the process or thread that /proc numbers so; 0: it is not of our namespace, or gone.
int our_number(int in_proc);

// The folder of the thread that our namespace calls `id`; one that does not exist if /proc shows no such thread.
std::string folder_of(int id);

}  // namespace sysreel::proc
