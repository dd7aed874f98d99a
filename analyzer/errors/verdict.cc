#include "analyzer/errors/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {
namespace {

constexpr std::uint64_t spin = 1000;  // attempts in a row without a pause or success

// Errors that programs seldom meet on purpose.
constexpr int serious_errors[] = {
    abi::errno_of("EIO"),          abi::errno_of("ENOSPC"),      abi::errno_of("EDQUOT"),     abi::errno_of("EROFS"),
    abi::errno_of("EMFILE"),       abi::errno_of("ENFILE"),      abi::errno_of("ENOMEM"),     abi::errno_of("ECONNREFUSED"),
    abi::errno_of("ETIMEDOUT"),    abi::errno_of("EHOSTUNREACH"), abi::errno_of("ENETUNREACH"), abi::errno_of("EADDRINUSE"),
    abi::errno_of("EADDRNOTAVAIL"), abi::errno_of("EACCES"),     abi::errno_of("EPERM"),      abi::errno_of("ENOEXEC"),
    abi::errno_of("ESTALE"),       abi::errno_of("EDEADLK"),     abi::errno_of("EFAULT"),     abi::errno_of("ETXTBSY"),
    abi::errno_of("ELOOP")};

bool is_serious(const ErrorGroup& group) {
  return std::find(std::begin(serious_errors), std::end(serious_errors), group.error) != std::end(serious_errors);
}

bool is_made_good(const ErrorGroup& group) { return group.handled >= group.count; }

// Output that never went through again.
bool is_stuck_output(const ErrorGroup& group) {
  return group.consequence == Consequence::endures && is_not_now(group.error) && group.deed == Deed::write;
}

bool was_reported(const ErrorGroup& group) {
  if (group.consequence == Consequence::reported_name) return true;
  if (group.routine.kind == Routine::probe) return false;
  if (group.consequence == Consequence::reported_errno) return true;
  return group.routine.kind == Routine::no && group.consequence >= Consequence::ended && !is_made_good(group);
}

int weight(const ErrorGroup& group, Verdict verdict) {
  if (verdict != Verdict::suspect) return is_serious(group) ? 1 : 0;
  constexpr int end_in_failure = 250, serious = 20;
  int weight = 300;
  switch (group.consequence) {
    case Consequence::none: break;
    case Consequence::endures: weight = 350; break;
    case Consequence::reported_near: weight = 400; break;
    case Consequence::ended: weight = 450; break;
    case Consequence::reported_errno: weight = 500; break;
    case Consequence::reported_name: weight = 600; break;
  }
  return weight + (group.end_status ? end_in_failure : 0) + (is_serious(group) ? serious : 0);
}

bool shown_before(const RankedFailure& a, const RankedFailure& b) {
  const auto order = [](const RankedFailure& f) {
    return std::tuple(static_cast<int>(f.verdict), -weight(*f.group, f.verdict), -static_cast<std::int64_t>(f.count), f.group->first);
  };
  return order(a) < order(b);
}

}  // namespace

Verdict verdict_of(const ErrorGroup& group) {
  if (was_reported(group)) return Verdict::suspect;
  if (group.routine.kind != Routine::no) return Verdict::handled;
  if (is_stuck_output(group) || (is_not_now(group.error) && group.longest_streak >= spin)) return Verdict::suspect;
  if (is_made_good(group) || (is_not_now(group.error) && group.deed != Deed::connect)) return Verdict::handled;
  return is_serious(group) ? Verdict::suspect : Verdict::unclear;
}

std::string reason_of(const ErrorGroup& group) {
  if (is_not_now(group.error) && group.longest_streak >= spin) {
    return fmt::format("{} attempts in a row, without a pause or success", group.longest_streak);
  }
  if (is_stuck_output(group)) return fmt::format("the last {} attempts failed, and nothing went through any more", group.longest_streak);
  if (group.routine.kind != Routine::no) return group.routine.text;
  if (is_made_good(group)) {
    if (is_not_now(group.error)) return fmt::format("waited, {} at most", span_text(group.longest_wait));
    if (group.object.kind == ObjectKind::path) return "found later or elsewhere";
    return fmt::format("success followed, after {} at most", span_text(group.longest_wait));
  }
  if (is_not_now(group.error)) return "nothing more to do just then";
  if (group.handled > 0) return fmt::format("{} of {} were made good", group.handled, group.count);
  return "never made good; nothing was seen to follow from it";
}

std::vector<RankedFailure> ranked(const std::vector<const ErrorGroup*>& groups) {
  std::vector<RankedFailure> failures;
  std::map<std::tuple<Verdict, int, std::string_view, int, std::string_view>, std::size_t> known;
  for (const ErrorGroup* group : groups) {
    const Verdict verdict = verdict_of(*group);
    const bool routine = verdict == Verdict::handled && group->routine.kind != Routine::no;
    const std::string_view name = routine ? std::string_view(group->routine.text) : last_component(group->object.name);
    const bool merges = routine || (group->object.kind == ObjectKind::path && !name.empty());
    const auto [at, is_new] = known.try_emplace({verdict, group->error, group->call, routine ? 0 : raw(group->pid), name}, failures.size());
    if (!merges || is_new) {
      if (merges) at->second = failures.size();
      failures.push_back({group, verdict, group->count, {}});
      continue;
    }
    RankedFailure& same = failures[at->second];
    same.count += group->count;
    same.elsewhere.push_back(group);
    if (weight(*group, verdict) > weight(*same.group, verdict)) std::swap(same.group, same.elsewhere.back());
  }
  std::sort(failures.begin(), failures.end(), shown_before);
  return failures;
}

}  // namespace sysreel::errors
