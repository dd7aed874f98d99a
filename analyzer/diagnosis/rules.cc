#include "analyzer/diagnosis/rules.h"

#include "analyzer/diagnosis/deaths/death_watch.h"
#include "analyzer/diagnosis/hangs/hang.h"
#include "analyzer/diagnosis/leaks/descriptor_leak.h"
#include "analyzer/diagnosis/leaks/mapping_leak.h"
#include "analyzer/diagnosis/leaks/unwaited_children.h"
#include "analyzer/diagnosis/slowness/event_loop.h"
#include "analyzer/diagnosis/slowness/lock_contention.h"
#include "analyzer/diagnosis/slowness/retry_storm.h"
#include "analyzer/diagnosis/slowness/slow_calls.h"
#include "analyzer/diagnosis/slowness/slow_dns.h"
#include "analyzer/diagnosis/slowness/tiny_io.h"

namespace sysreel {

std::vector<std::unique_ptr<Rule>> all_rules() {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<DeathWatch>());
  rules.push_back(std::make_unique<Hang>());
  rules.push_back(std::make_unique<SlowCalls>(slow_sync));
  rules.push_back(std::make_unique<SlowCalls>(slow_open));
  rules.push_back(std::make_unique<SlowDns>());
  rules.push_back(std::make_unique<LockContention>());
  rules.push_back(std::make_unique<BlockedEventLoop>());
  rules.push_back(std::make_unique<EmptyPolling>());
  rules.push_back(std::make_unique<RetryStorm>());
  rules.push_back(std::make_unique<TinyIo>());
  rules.push_back(std::make_unique<DescriptorLeak>());
  rules.push_back(std::make_unique<MappingLeak>());
  rules.push_back(std::make_unique<UnwaitedChildren>());
  return rules;
}

}  // namespace sysreel
