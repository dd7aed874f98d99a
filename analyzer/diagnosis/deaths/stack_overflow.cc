// The stack is full: of the main thread, which may grow up to a limit, or of another one, behind which a guard page
// lies.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/crash_view.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

constexpr std::uint64_t reach = 1 << 20;  // one frame, with what it holds in arrays, is hardly larger

bool near_stack_pointer(const CrashView& view) {
  const auto sp = view.stack_pointer();
  if (!sp) return false;
  const std::uint64_t distance = *sp > view.address() ? *sp - view.address() : view.address() - *sp;
  return distance < reach;
}

// The kernel lets the main stack grow until it has the size of the limit, which counts from its top.
std::optional<Cause> main_stack(const Death& death, const CrashView& view, const Inquest& inquest) {
  if (view.crash().code != segv_maperr || !view.map_known()) return std::nullopt;
  const Mapping* const above = death.map->above(view.address());
  if (!above || above->label() != "[stack]") return std::nullopt;
  constexpr std::uint64_t arguments = 256 * 1024;  // above what is known as the stack's top
  constexpr std::uint64_t usual_limit = 8 << 20;
  const auto known = death.limits.find(rlimit_stack);
  const std::uint64_t limit = known != death.limits.end() ? known->second.soft : usual_limit;
  const std::uint64_t depth = above->end - view.address();
  if (depth + arguments < limit) return std::nullopt;
  Cause cause;
  cause.text = fmt::format("its stack overflowed: the main thread's has reached {} (RLIMIT_STACK is {})",
                           size_text(depth), size_text(limit));
  cause.confidence = view.confidence(false, inquest, cause.missing);
  if (known == death.limits.end()) {
    cause.confidence = Confidence::probable;
    cause.missing = "its limit was not recorded; the usual one is assumed";
  }
  return cause;
}

std::optional<Cause> thread_stack(const Death& death, const CrashView& view, const Inquest& inquest) {
  const Mapping* const guard = view.mapping();
  if (view.crash().code != segv_accerr || !guard || guard->name || guard->protection != 0) return std::nullopt;
  const Mapping* const stack = death.map->at(guard->end);
  if (!stack || (stack->protection & prot_write) == 0) return std::nullopt;
  Cause cause;
  cause.text = fmt::format("its stack overflowed: thread {} used all {} of it and touched the guard page",
                           raw(view.crash().tid), size_text(stack->size()));
  cause.confidence = view.confidence(true, inquest, cause.missing);
  if (stack->origin.event != 0) cause.evidence.push_back({EventRef{stack->origin.event}, "this stack was made"});
  return cause;
}

}  // namespace

std::optional<Cause> stack_overflow(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->fetch() || !near_stack_pointer(*view)) return std::nullopt;
  auto cause = main_stack(death, *view, inquest);
  if (!cause) cause = thread_stack(death, *view, inquest);
  if (cause)
    cause->advice =
        "look for endless recursion or large local arrays; else give it more stack (ulimit -s, "
        "pthread_attr_setstacksize)";
  return cause;
}

}  // namespace sysreel::deaths
