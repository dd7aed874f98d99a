#include "analyzer/diagnosis/slowness/slow_dns.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/failure_object.h"
#include "analyzer/text/files/socket_text.h"

namespace sysreel {
namespace {

constexpr Nanos slow_answer = millis(200);
// The C library asks for both kinds of addresses at once: a question counts as repeated only after a while.
constexpr Nanos repeat_pause = millis(500);
constexpr std::size_t evidence_limit = 3;

// The name server's address if this goes to port 53; empty if it does not.
std::string server_of(const Call& call, const errors::CallShape& shape, const Scene& scene) {
  std::string_view address = errors::address_at(call, shape);
  const Descriptor* socket = scene.model.descriptor(call.pid, static_cast<std::int32_t>(call.args[0]));
  if (address.empty() && socket) address = {reinterpret_cast<const char*>(socket->peer.data()), socket->peer.size()};
  constexpr char inet = 2, inet6 = 10;
  if (address.size() < 8 || (address[0] != inet && address[0] != inet6) || address[2] != 0 || address[3] != 53) return {};
  text::Out out;
  text::put_address(out, address);
  return std::string(out.view());
}

}  // namespace

void SlowDns::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight)) return;
  const errors::CallShape& shape = errors::shape_of(call.abi, call.nr);
  const std::pair key{raw(call.pid), static_cast<std::int32_t>(call.args[0])};
  if (shape.deed == errors::Deed::write && call.result > 0) {
    const std::string server = server_of(call, shape, scene);
    if (server.empty()) return;
    Open* open = open_.make(key);
    if (!open) return;
    Question& question = open->question;
    if (question.sent != 0 && call.start - question.last_sent < repeat_pause) return;
    if (question.sent++ == 0) {
      question.first_sent = call.start;
      question.evidence = scene.evidence(call);
      open->server = server;
    }
    question.last_sent = call.start;
    return;
  }
  Open* open = open_.find(key);
  if (!open || call.failed() || shape.deed == errors::Deed::write) return;
  const bool answered = shape.deed == errors::Deed::read;
  end(key, open->question, answered ? call.end() : Nanos{-1}, scene, open->server);
  if (answered && !servers_.empty()) {
    Server* server = servers_.find(open->server);
    if (server && server->slow > 0 && server->evidence.size() < evidence_limit) server->evidence.push_back(scene.evidence(call));
  }
  open_.erase(key);
}

// A question was answered, or given up (a negative time).
void SlowDns::end(std::pair<int, int> key, const Question& question, Nanos answered, const Scene& scene, const std::string& name) {
  const bool given_up = answered.value < 0;
  const Nanos waited = given_up ? Nanos{} : answered - question.first_sent;
  Server* server = servers_.make(name);
  if (!server) return;
  server->answers += !given_up;
  if (waited < slow_answer && question.sent < 2 && !given_up) return;
  server->unanswered += given_up;
  server->slow += waited >= slow_answer;
  server->repeated += question.sent - 1;
  server->pid = Pid{key.first};
  server->who = scene.name(server->pid);
  server->at = question.first_sent;
  server->slowest = std::max(server->slowest, waited);
  if (server->evidence.size() < evidence_limit) server->evidence.push_back(question.evidence);
}

void SlowDns::on(const TaskExit& exit, const Scene&) {
  if (exit.whole_process) open_.erase_if([&](const auto& key, const auto&) { return key.first == raw(exit.pid); });
}

void SlowDns::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [name, server] : servers_) {
    if (server.slow + server.repeated + server.unanswered == 0) continue;
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::certain,
                        .pid = server.pid,
                        .time = server.at,
                        .sentence = fmt::format("{} waited for the name server {}: {} answers late ({} at the longest), {} questions "
                                                "repeated, {} given up",
                                                server.who, name, server.slow, span_text(server.slowest), server.repeated, server.unanswered),
                        .evidence = server.evidence,
                        .advice = "see /etc/resolv.conf and the server's health; a local cache hides slow servers"});
  }
}

}  // namespace sysreel
