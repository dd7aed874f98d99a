#include "analyzer/symbols/symbols.h"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cstdlib>
#include <unordered_map>

#include "format/unique_fd.h"

namespace sysreel {
namespace {

const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

// Without the version ("name@@GLIBC_2.34"), and as C++ writes it.
std::string readable(std::string_view name) {
  const std::string plain(name.substr(0, name.find('@')));
  if (!plain.starts_with("_Z")) return plain;  // other names could be taken for those of types
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> written(abi::__cxa_demangle(plain.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && written ? written.get() : plain;
}

}  // namespace

// One file as if it were loaded somewhere.
class Symbols::File {
 public:
  explicit File(const std::string& path) : dwfl_(dwfl_begin(&callbacks)) {
    if (!dwfl_) return;
    // What was a file where it was recorded may be a pipe here, which must not be waited for.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return;
    dwfl_report_begin(dwfl_.get());
    module_ = dwfl_report_offline(dwfl_.get(), path.c_str(), path.c_str(), fd.get());
    if (module_ != nullptr) fd.release();  // now elfutils' own
    if (dwfl_report_end(dwfl_.get(), nullptr, nullptr) != 0) module_ = nullptr;
  }

  std::string build_id() const {
    GElf_Addr address = 0;
    const unsigned char* bytes = nullptr;
    if (module_ == nullptr || dwfl_module_getelf(module_, &address) == nullptr) return "";
    const int length = dwfl_module_build_id(module_, &bytes, &address);
    std::string hex;
    for (int i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
  }

  std::optional<Symbol> find(std::uint64_t offset) const {
    const auto address = address_of(offset);
    if (!address) return std::nullopt;
    GElf_Off distance = 0;
    GElf_Sym symbol;
    const char* const name = dwfl_module_addrinfo(module_, *address, &distance, &symbol, nullptr, nullptr, nullptr);
    if (name == nullptr) return std::nullopt;
    return Symbol{readable(name), distance};
  }

  std::string source_line(std::uint64_t offset) const {
    const auto address = address_of(offset);
    Dwfl_Line* const line = address ? dwfl_module_getsrc(module_, *address) : nullptr;
    int number = 0;
    const char* const source = line != nullptr ? dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr) : nullptr;
    return source != nullptr ? fmt::format("{}:{}", source, number) : "";
  }

 private:
  struct End {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };

  // Where elfutils has put the byte of the file, by the segment that holds it.
  std::optional<Dwarf_Addr> address_of(std::uint64_t offset) const {
    GElf_Addr bias = 0;
    Elf* const elf = module_ != nullptr ? dwfl_module_getelf(module_, &bias) : nullptr;
    std::size_t segments = 0;
    if (elf == nullptr || elf_getphdrnum(elf, &segments) != 0) return std::nullopt;
    for (std::size_t i = 0; i < segments; ++i) {
      GElf_Phdr segment;
      if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr || segment.p_type != PT_LOAD) continue;
      if (offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz) {
        return bias + segment.p_vaddr + (offset - segment.p_offset);
      }
    }
    return std::nullopt;
  }

  std::unique_ptr<Dwfl, End> dwfl_;
  Dwfl_Module* module_ = nullptr;
};

struct Symbols::Files {
  std::unordered_map<std::string, File> by_path;
};

Symbols::Symbols() : files_(std::make_unique<Files>()) {}
Symbols::~Symbols() = default;
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;

Symbols::File& Symbols::file(std::string_view path) {
  const std::string name(path);
  return files_->by_path.try_emplace(name, name).first->second;
}

std::string Symbols::build_id(std::string_view path) { return file(path).build_id(); }
std::optional<Symbol> Symbols::find(std::string_view path, std::uint64_t offset) { return file(path).find(offset); }
std::string Symbols::source_line(std::string_view path, std::uint64_t offset) { return file(path).source_line(offset); }

}  // namespace sysreel
