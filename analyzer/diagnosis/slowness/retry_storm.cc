#include "analyzer/diagnosis/slowness/retry_storm.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/error_group.h"
#include "analyzer/text/files/socket_text.h"
#include "format/abi/abi.h"

namespace sysreel {
namespace {

constexpr std::uint64_t many = 20;
constexpr Nanos short_pause = millis(100);

}  // namespace

void RetryStorm::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight)) return;
  text::Out peer;
  text::put_address(peer, errors::address_at(call, errors::shape_of(call.abi, call.nr)));
  const std::pair key{raw(call.pid), std::string(peer.view())};
  if (!call.failed()) {
    if (Attempts* attempts = attempts_.find(key)) attempts->row = 0;
    return;
  }
  if (errors::is_not_now(static_cast<int>(-call.result))) return;
  Attempts* attempts = attempts_.make(key);
  if (!attempts) return;
  if (attempts->row++ == 0) attempts->row_began = call.start;
  attempts->error = static_cast<int>(-call.result);
  if (attempts->row <= attempts->longest_row) return;
  attempts->longest_row = attempts->row;
  attempts->longest_span = call.end() - attempts->row_began;
  attempts->first = attempts->row_began;
  if (attempts->row == many) {
    attempts->evidence = scene.evidence(call);
    attempts->who = scene.name(call.pid);
  }
}

void RetryStorm::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [key, attempts] : attempts_) {
    if (attempts.longest_row < many) continue;
    const Nanos pause{attempts.longest_span.value / static_cast<std::int64_t>(attempts.longest_row)};
    if (pause >= short_pause) continue;
    const char* error = abi::errno_name(attempts.error);
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::certain,
                        .pid = Pid{key.first},
                        .time = attempts.first,
                        .sentence = fmt::format("{} tried to connect to {} {} times in a row within {} and got {}", attempts.who, key.second,
                                                attempts.longest_row, span_text(attempts.longest_span), error ? error : "an error"),
                        .evidence = {attempts.evidence},
                        .advice = "start the peer; let the client wait longer after each failure"});
  }
}

}  // namespace sysreel
