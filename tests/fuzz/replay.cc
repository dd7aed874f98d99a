// Runs a fuzzer's function over files and folders, and over every file with each of its bytes changed once.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  for (std::uint8_t& byte : bytes) {
    const std::uint8_t before = byte;
    byte = static_cast<std::uint8_t>(byte ^ 0x41);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    byte = before;
  }
  return bytes.size() + 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) runs += replay(entry.path());
    }
  }
  std::printf("%zu runs\n", runs);
  return runs > 0 ? 0 : 1;  // a corpus that is not there is no success
}
