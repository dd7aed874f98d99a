// Name servers that answer late, or not at all.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Follows datagrams to port 53 by their descriptor: the time until something is received on it, and queries sent again
// before that. Speaks of answers slower than 200 ms and of questions that were repeated.
class SlowDns final : public Rule {
 public:
  std::string_view name() const override { return "slow-dns"; }
  Needs needs() const override { return {.calls = "sendto,sendmsg,sendmmsg,recvfrom,recvmsg,recvmmsg,read,write,close", .every_call = true}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Question {
    Nanos first_sent, last_sent;
    std::uint64_t sent = 0;
    Evidence evidence;
  };
  struct Server {
    std::string who;
    Pid pid{};
    std::uint64_t answers = 0, slow = 0, repeated = 0, unanswered = 0;
    Nanos slowest, at;
    std::vector<Evidence> evidence;
  };
  void end(std::pair<int, int> key, const Question& question, Nanos answered, const Scene& scene, const std::string& server);

  struct Open {
    Question question;
    std::string server;
  };
  BoundedMap<std::pair<int, int>, Open> open_{1024};  // by process and descriptor
  BoundedMap<std::string, Server> servers_{64};
};

}  // namespace sysreel
