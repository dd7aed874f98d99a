#include "recorder/dwarf/dwarf_unwinder.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>

#include <string>
#include <unordered_map>

#include "recorder/proc.h"

namespace sysreel {
namespace {

const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

struct EndDwfl {
  void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
};

// What elfutils knows of one process. Good for as long as its mappings stay as they are.
struct Session {
  std::string maps;
  std::unique_ptr<Dwfl, EndDwfl> dwfl;
};

struct Walk {
  std::size_t most;
  std::vector<std::uint64_t>* stack;
};

int add_frame(Dwfl_Frame* frame, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  Dwarf_Addr pc = 0;
  if (!dwfl_frame_pc(frame, &pc, nullptr)) return DWARF_CB_ABORT;
  walk.stack->push_back(pc);
  return walk.stack->size() < walk.most ? DWARF_CB_OK : DWARF_CB_ABORT;
}

class DwarfUnwinder final : public Unwinder {
 public:
  void unwind(const StackTop& top, std::size_t most, std::vector<std::uint64_t>& stack) override {
    Dwfl* const dwfl = session_of(top.pid);
    Walk walk{most, &stack};
    // A failure ends the walk: the frames found until then stand.
    if (dwfl != nullptr) static_cast<void>(dwfl_getthread_frames(dwfl, raw(top.tid), add_frame, &walk));
    if (stack.empty()) stack.push_back(top.ip);
  }
  void forget(Pid pid) override { sessions_.erase(raw(pid)); }

 private:
  Dwfl* session_of(Pid pid) {
    auto maps = proc::read_file(proc::path_of(pid, "maps"), 16u << 20);
    if (!maps) return nullptr;
    Session& session = sessions_[raw(pid)];
    if (session.dwfl && session.maps == *maps) return session.dwfl.get();
    session.maps = *std::move(maps);
    session.dwfl.reset(dwfl_begin(&callbacks));
    FILE* const text = ::fmemopen(session.maps.data(), session.maps.size(), "r");
    const bool reported = session.dwfl && text != nullptr && dwfl_linux_proc_maps_report(session.dwfl.get(), text) == 0;
    if (text != nullptr) ::fclose(text);
    if (!reported || dwfl_report_end(session.dwfl.get(), nullptr, nullptr) != 0 ||
        dwfl_linux_proc_attach(session.dwfl.get(), raw(pid), true) != 0) {
      session.dwfl.reset();
    }
    return session.dwfl.get();
  }

  std::unordered_map<int, Session> sessions_;  // by pid
};

}  // namespace

std::unique_ptr<Unwinder> make_dwarf_unwinder() { return std::make_unique<DwarfUnwinder>(); }

}  // namespace sysreel
