// Memory that is there but not for this, or was there and is not any more.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/crash_view.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

std::string describe(const Mapping& mapping) {
  return fmt::format("{:#x}-{:#x} {} {}", mapping.start, mapping.end, mapping.permissions(), mapping.label());
}

// The mapping and, where it is known, the call that made it so.
void tell_mapping(const Mapping& mapping, Cause& cause) {
  cause.details.push_back("mapping: " + describe(mapping));
  if (mapping.origin.event != 0) cause.evidence.push_back({EventRef{mapping.origin.event}, "mapped or protected so"});
}

}  // namespace

std::optional<Cause> use_after_unmap(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->crash().code != segv_maperr || !view->map_known()) return std::nullopt;
  const Unmapped* const gone = death.map->unmapped_at(view->address());
  if (!gone) return std::nullopt;
  Cause cause;
  cause.text = fmt::format("it {} memory that it had unmapped: {:#x}, {} bytes into what was {}", view->access(),
                           view->address(), view->address() - gone->was.start, gone->was.label());
  cause.confidence = view->confidence(true, inquest, cause.missing);
  if (gone->was.origin.event != 0) cause.evidence.push_back({EventRef{gone->was.origin.event}, "mapped"});
  cause.evidence.push_back({EventRef{gone->by.event}, fmt::format("unmapped by thread {}", raw(gone->by.tid))});
  cause.advice = "find who still holds a pointer into it when it is unmapped";
  return cause;
}

std::optional<Cause> not_executable(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->crash().code != segv_accerr || !view->fetch()) return std::nullopt;
  Cause cause;
  const Mapping* const mapping = view->mapping();
  cause.text = fmt::format("it jumped to {:#x}, in memory that may not be executed", view->address());
  cause.confidence = view->confidence(false, inquest, cause.missing);
  if (mapping) tell_mapping(*mapping, cause);
  cause.advice =
      "a function pointer or return address holds data: look for an overwritten stack, or code that was generated "
      "without PROT_EXEC";
  return cause;
}

std::optional<Cause> read_only(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->crash().code != segv_accerr || view->fetch()) return std::nullopt;
  const Mapping* const mapping = view->mapping();
  const bool closed = mapping && (mapping->protection & prot_read) == 0;
  if (!view->trap_unknown() && !view->write() && !closed) return std::nullopt;
  Cause cause;
  cause.text = closed ? fmt::format("it {} {:#x}, in memory that is closed to all access (PROT_NONE)", view->access(),
                                    view->address())
                      : fmt::format("it wrote to {:#x}, in memory that is read-only", view->address());
  cause.confidence = view->confidence(mapping != nullptr, inquest, cause.missing);
  if (mapping) tell_mapping(*mapping, cause);
  const bool of_file = mapping && mapping->name && !mapping->name->empty() && (*mapping->name)[0] == '/';
  if (of_file && !closed)
    cause.advice = "string literals and constants live there: look for a cast that takes a const away";
  return cause;
}

std::optional<Cause> truncated_file(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigbus);
  if (!view || view->crash().code != bus_adrerr) return std::nullopt;
  const Mapping* const mapping = view->mapping();
  Cause cause;
  if (!mapping || !mapping->name) {
    cause.confidence = Confidence::possible;
    cause.text = fmt::format("it {} {:#x}, behind the end of a mapped file", view->access(), view->address());
    cause.missing = "which file is mapped there";
    return cause;
  }
  const std::uint64_t offset = mapping->offset_of(view->address());
  cause.text = fmt::format("it {} byte {} of the mapped file {}, which is shorter than that", view->access(), offset,
                           mapping->label());
  const Truncation* cut = nullptr;
  for (const Truncation& one : inquest.truncations) {
    const bool same = one.inode != 0 && one.inode == mapping->inode && one.device == mapping->device;
    if (same && one.time <= view->crash().time && one.time >= mapping->origin.time) cut = &one;
  }
  tell_mapping(*mapping, cause);
  if (cut) {
    cause.text += fmt::format(": {} had shortened it", cut->by);
    cause.evidence.push_back({cut->event, cut->line});
    cause.confidence = view->confidence(false, inquest, cause.missing);
  } else {
    cause.confidence = Confidence::probable;
    cause.missing = "who shortened the file: not in this recording";
  }
  cause.advice = "replace such a file by rename(2) instead of truncating it, or do not map what others change";
  return cause;
}

// What is left: an address at which nothing is, for no reason that the reel shows.
std::optional<Cause> wild_address(const Death& death, const Inquest& inquest) {
  auto view = CrashView::of(death, sigsegv);
  if (!view) view = CrashView::of(death, sigbus);
  if (!view || view->crash().code <= 0) return std::nullopt;
  Cause cause;
  if (death.signo() == sigbus && view->crash().code == bus_adraln) {
    cause.text = fmt::format("it {} {:#x}, which is not aligned for such an access", view->access(), view->address());
    return cause;
  }
  cause.text = fmt::format("it {} {:#x}, where nothing may be accessed", view->access(), view->address());
  cause.missing = "where the address came from";
  cause.confidence = view->confidence(true, inquest, cause.missing);
  if (const Mapping* const mapping = view->mapping()) {
    tell_mapping(*mapping, cause);
  } else if (view->map_known()) {
    if (const Mapping* const above = death.map->above(view->address())) {
      cause.details.push_back(fmt::format("the next mapping begins {} higher: {}",
                                          size_text(above->start - view->address()), describe(*above)));
    }
  }
  return cause;
}

}  // namespace sysreel::deaths
