// Watches processes live and die, and explains those that did not end well.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "analyzer/diagnosis/deaths/death.h"
#include "analyzer/diagnosis/rule.h"
#include "analyzer/model/memory_model.h"

namespace sysreel {

// Keeps a Life for each living process and the first so many unhappy ends; further ones are counted. Causes are looked
// for when all is known: the kernel's log and the counters of a control group come after a death.
class DeathWatch final : public Rule {
 public:
  DeathWatch();
  std::string_view name() const override { return "death"; }
  Needs needs() const override;

  void on(const Call& call, const Scene& scene) override;
  void on(const Signal& signal, const Scene& scene) override;
  void on(const TaskNew& task, const Scene& scene) override;
  void on(const Exec& exec, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void on(const Snapshot& snapshot, const Scene& scene) override;
  void on(const Loss& loss, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  static constexpr std::size_t death_limit = 256;

  enum class Role : std::uint8_t { none, map, write, truncate, wait, limit };
  Role role_of(Abi abi, SyscallNr nr) const;
  deaths::Life& life(Pid pid);
  void note_words(const Call& call, const Scene& scene);
  void note_refusal(const Call& call, const Scene& scene);
  void note_truncation(const Call& call, const Scene& scene);
  void note_sample(deaths::Life& life, const Snapshot& snapshot);
  deaths::Death* last_death(Pid pid);

  std::array<std::vector<Role>, 4> roles_;  // by ABI and number
  std::unordered_map<int, deaths::Life> living_;
  std::vector<deaths::Death> deaths_;
  std::deque<std::pair<Pid, EventRef>> recent_ends_;  // of any kind
  std::deque<deaths::Truncation> truncations_;
  std::map<int, std::string> senders_;  // command lines of processes outside the recording
  MemoryModel memory_;
  std::uint64_t more_deaths_ = 0;
  std::uint64_t lost_calls_ = 0;
  std::uint64_t lost_others_ = 0;
};

}  // namespace sysreel
