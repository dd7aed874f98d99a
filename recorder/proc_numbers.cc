// A scan of /proc: the kernel offers no translation.
#include "recorder/proc_numbers.h"

#include <dirent.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "recorder/proc.h"

namespace sysreel::proc {
namespace {

std::vector<int> numbers_behind(std::string_view status, std::string_view name) {
  std::vector<int> numbers;
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return numbers;
  std::string_view line = status.substr(at + name.size());
  line = line.substr(0, line.find('\n'));
  for (const char* next = line.data(); next < line.data() + line.size();) {
    char* end = nullptr;
    const long number = std::strtol(next, &end, 10);
    if (end == next || end > line.data() + line.size()) break;
    numbers.push_back(static_cast<int>(number));
    next = end;
  }
  return numbers;
}

std::vector<std::string> numbered_folders(const std::string& folder) {
  std::vector<std::string> folders;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
  if (!open) return folders;
  while (const dirent* const entry = ::readdir(open.get())) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') folders.push_back(fmt::format("{}/{}", folder, entry->d_name));
  }
  return folders;
}

// It does not change while we run.
bool proc_is_ours() {
  static const bool ours = OwnNumbers().same_as_proc();
  return ours;
}

}  // namespace

std::optional<Numbers> Numbers::of(std::string folder) {
  const auto status = read_file(folder + "/status");
  if (!status) return std::nullopt;
  Numbers numbers;
  numbers.ids = {numbers_behind(*status, "\nNSpid:"), numbers_behind(*status, "\nNStgid:"), numbers_behind(*status, "\nNSpgid:"),
                 numbers_behind(*status, "\nNSsid:")};
  numbers.space = read_link(folder + "/ns/pid").value_or("");
  numbers.folder = std::move(folder);
  const auto tracer = numbers_behind(*status, "\nTracerPid:");
  if (!tracer.empty()) numbers.tracer = tracer.front();
  return numbers;
}

std::vector<std::string> process_folders() { return numbered_folders("/proc"); }

std::vector<std::string> thread_folders() {
  std::vector<std::string> threads;
  for (const std::string& process : process_folders()) {
    for (std::string& thread : numbered_folders(process + "/task")) threads.push_back(std::move(thread));
  }
  return threads;
}

OwnNumbers::OwnNumbers() {
  const auto self = Numbers::of("/proc/self");
  if (!self || self->ids[0].empty()) return;
  level_ = self->ids[0].size() - 1;
  space_ = self->space;
  number_ = self->ids[0].front();
}

template <typename Wanted>
std::optional<Numbers> OwnNumbers::find_if(int id, Wanted wanted) const {
  const auto is_it = [&](const Numbers& numbers) {
    return numbers.ids[0].size() > level_ && numbers.ids[0][level_] == id && wanted(numbers);
  };
  if (auto numbers = Numbers::of(fmt::format("/proc/{}", id)); numbers && is_it(*numbers)) return numbers;
  if (same_as_proc()) return std::nullopt;
  for (std::string& folder : thread_folders()) {
    if (auto numbers = Numbers::of(std::move(folder)); numbers && is_it(*numbers)) return numbers;
  }
  return std::nullopt;
}

std::optional<Numbers> OwnNumbers::find(int id) const {
  return find_if(id, [](const Numbers&) { return true; });
}

std::optional<Numbers> OwnNumbers::find_traced(int id) const {
  return find_if(id, [this](const Numbers& numbers) { return numbers.tracer == number_; });
}

int our_number(int in_proc) {
  if (proc_is_ours()) return in_proc;
  const auto numbers = Numbers::of(fmt::format("/proc/{}", in_proc));
  const std::size_t level = OwnNumbers().level();
  return numbers && numbers->ids[0].size() > level ? numbers->ids[0][level] : 0;
}

std::string folder_of(int id) {
  if (proc_is_ours()) return fmt::format("/proc/{}", id);
  const OwnNumbers own;
  auto found = own.find_traced(id);
  if (!found) found = own.find(id);
  return found ? found->folder : "/proc/gone";
}

}  // namespace sysreel::proc
