#include "format/frame_io.h"

#include <zstd.h>

#include <cstring>
#include <new>

#include "format/checksum.h"

namespace sysreel {
namespace {

constexpr std::uint64_t magic_of(const char (&text)[9]) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return value;
}
constexpr std::uint64_t reel_magic = magic_of("SYSREEL\n");
constexpr std::uint64_t chunk_magic = magic_of("SRCHUNK\n");
constexpr std::uint64_t index_magic = magic_of("SRINDEX\n");
constexpr std::uint64_t footer_magic = magic_of("SREELEND");

constexpr std::uint32_t checkpoint_flag = 1;  // of a chunk header

// Little-endian numbers one after the other.
class Put {
 public:
  explicit Put(std::byte* at) : at_(at) {}
  template <typename Number>
  Put& operator()(Number number) {
    std::memcpy(at_, &number, sizeof number);
    at_ += sizeof number;
    return *this;
  }

 private:
  std::byte* at_;
};

class Get {
 public:
  explicit Get(const std::byte* at) : at_(at) {}
  template <typename Number>
  Get& operator()(Number& number) {
    std::memcpy(&number, at_, sizeof number);
    at_ += sizeof number;
    return *this;
  }
  template <typename Number>
  Number get() {
    Number number;
    (*this)(number);
    return number;
  }

 private:
  const std::byte* at_;
};

std::uint32_t prefix_kind(ByteSpan frame) { return Get(frame.data()).get<std::uint32_t>(); }
std::uint32_t prefix_length(ByteSpan frame) { return Get(frame.data() + 4).get<std::uint32_t>(); }

static_assert(preamble_fixed_bytes == index_fixed_bytes);

Bytes message_frame(FrameKind kind, std::uint64_t magic, ByteSpan message) {
  Bytes frame(preamble_fixed_bytes + message.size());
  const auto length = static_cast<std::uint32_t>(frame.size() - frame_prefix_bytes);
  Put(frame.data())(static_cast<std::uint32_t>(kind))(length)(magic)(format_major_version)(std::uint16_t{0})(
      static_cast<std::uint32_t>(message.size()))(checksum(message));
  if (!message.empty()) std::memcpy(frame.data() + preamble_fixed_bytes, message.data(), message.size());
  return frame;
}

std::optional<MessagePart> read_message_part(FrameKind kind, std::uint64_t magic, ByteSpan fixed) {
  if (fixed.size() < preamble_fixed_bytes) return std::nullopt;
  if (prefix_kind(fixed) != static_cast<std::uint32_t>(kind)) return std::nullopt;
  Get get(fixed.data() + frame_prefix_bytes);
  if (get.get<std::uint64_t>() != magic) return std::nullopt;
  MessagePart part;
  std::uint16_t reserved = 0;
  std::uint32_t length = 0;
  get(part.major_version)(reserved)(length)(part.checksum);
  part.length = length;
  const bool fits = prefix_length(fixed) == preamble_fixed_bytes - frame_prefix_bytes + std::uint64_t{length};
  return fits && reserved == 0 ? std::optional(part) : std::nullopt;
}

}  // namespace

Bytes preamble_frame(ByteSpan message) { return message_frame(FrameKind::preamble, reel_magic, message); }
Bytes index_frame(ByteSpan message) { return message_frame(FrameKind::index, index_magic, message); }

std::optional<MessagePart> read_preamble(ByteSpan fixed) {
  return read_message_part(FrameKind::preamble, reel_magic, fixed);
}
std::optional<MessagePart> read_index(ByteSpan fixed) { return read_message_part(FrameKind::index, index_magic, fixed); }

std::array<std::byte, chunk_header_bytes> chunk_header_frame(const ChunkHeader& header) {
  std::array<std::byte, chunk_header_bytes> frame{};
  Put(frame.data())(static_cast<std::uint32_t>(FrameKind::chunk_header))(
      static_cast<std::uint32_t>(chunk_header_bytes - frame_prefix_bytes))(chunk_magic)(header.sequence)(
      header.first_time.value)(header.last_time.value)(static_cast<std::uint32_t>(header.events))(header.loss_causes)(
      header.lost_calls)(header.lost_others)(header.content_bytes)(header.frame_bytes)(header.checkpoint ? checkpoint_flag : 0)(
      header.frame_checksum);
  const std::uint64_t own = checksum(ByteSpan(frame).first(chunk_header_bytes - 8));
  Put(frame.data() + chunk_header_bytes - 8)(own);
  return frame;
}

std::optional<ChunkHeader> read_chunk_header(ByteSpan frame) {
  if (frame.size() < chunk_header_bytes) return std::nullopt;
  if (prefix_kind(frame) != static_cast<std::uint32_t>(FrameKind::chunk_header)) return std::nullopt;
  if (prefix_length(frame) != chunk_header_bytes - frame_prefix_bytes) return std::nullopt;
  Get get(frame.data() + frame_prefix_bytes);
  if (get.get<std::uint64_t>() != chunk_magic) return std::nullopt;
  if (Get(frame.data() + chunk_header_bytes - 8).get<std::uint64_t>() != checksum(frame.first(chunk_header_bytes - 8))) {
    return std::nullopt;
  }
  ChunkHeader header;
  std::uint32_t flags = 0;
  std::uint32_t events = 0;
  get(header.sequence)(header.first_time.value)(header.last_time.value)(events)(header.loss_causes)(header.lost_calls)(
      header.lost_others)(header.content_bytes)(header.frame_bytes)(flags)(header.frame_checksum);
  header.events = events;
  header.checkpoint = (flags & checkpoint_flag) != 0;
  return header;
}

std::array<std::byte, footer_bytes> footer_frame(const Footer& footer) {
  std::array<std::byte, footer_bytes> frame{};
  Put(frame.data())(static_cast<std::uint32_t>(FrameKind::footer))(
      static_cast<std::uint32_t>(footer_bytes - frame_prefix_bytes))(footer.index_offset)(footer.index_bytes)(
      footer.chunks)(footer.events);
  Put(frame.data() + 40)(checksum(ByteSpan(frame).first(40)))(footer_magic);
  return frame;
}

std::optional<Footer> read_footer(ByteSpan frame) {
  if (frame.size() < footer_bytes) return std::nullopt;
  if (prefix_kind(frame) != static_cast<std::uint32_t>(FrameKind::footer)) return std::nullopt;
  if (prefix_length(frame) != footer_bytes - frame_prefix_bytes) return std::nullopt;
  Get get(frame.data() + 40);
  if (get.get<std::uint64_t>() != checksum(frame.first(40))) return std::nullopt;
  if (get.get<std::uint64_t>() != footer_magic) return std::nullopt;
  Footer footer;
  Get(frame.data() + frame_prefix_bytes)(footer.index_offset)(footer.index_bytes)(footer.chunks)(footer.events);
  return footer;
}

// --- zstd -----------------------------------------------------------------------------------------------------------------

// Names that a directory lists come again as paths, a megabyte behind: a walk over files is 2 % smaller than with level 1's 512 KiB.
constexpr int window_log = 22;

void Compressor::Free::operator()(void* context) const { ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context)); }
void Decompressor::Free::operator()(void* context) const { ZSTD_freeDCtx(static_cast<ZSTD_DCtx*>(context)); }

Compressor::Compressor() : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  auto* const context = static_cast<ZSTD_CCtx*>(context_.get());
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
}

Result<ByteSpan> Compressor::compress(ByteSpan content, int level, std::span<const std::size_t> seams) {
  auto* const context = static_cast<ZSTD_CCtx*>(context_.get());
  const auto fails = [](std::size_t code) { return Error{ErrorKind::io, std::string("compressing a chunk: ") + ZSTD_getErrorName(code)}; };
  constexpr std::size_t block_overhead = 64;
  frame_.resize(ZSTD_compressBound(content.size()) + block_overhead * (seams.size() + 1));
  ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  if (const std::size_t code = ZSTD_CCtx_setPledgedSrcSize(context, content.size()); ZSTD_isError(code)) return fails(code);
  ZSTD_outBuffer out{frame_.data(), frame_.size(), 0};
  ZSTD_inBuffer in{content.data(), 0, 0};
  for (std::size_t part = 0; part <= seams.size(); ++part) {
    const bool last = part == seams.size();
    in.size = last ? content.size() : seams[part];
    std::size_t left = 0;
    do {
      left = ZSTD_compressStream2(context, &out, &in, last ? ZSTD_e_end : ZSTD_e_flush);
      if (ZSTD_isError(left)) return fails(left);
    } while (left != 0);
  }
  return ByteSpan(frame_).first(out.pos);
}

Decompressor::Decompressor() : context_(ZSTD_createDCtx()) {
  if (!context_) throw std::bad_alloc();
}

Result<void> Decompressor::decompress(ByteSpan frame, std::span<std::byte> content) {
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return Error{ErrorKind::damaged, "what follows the chunk header is not one zstd frame"};
  }
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != content.size()) {
    return Error{ErrorKind::damaged, "the zstd frame has another content size than the chunk header"};
  }
  const std::size_t size = ZSTD_decompressDCtx(static_cast<ZSTD_DCtx*>(context_.get()), content.data(), content.size(),
                                               frame.data(), frame.size());
  if (ZSTD_isError(size)) return Error{ErrorKind::damaged, std::string("zstd: ") + ZSTD_getErrorName(size)};
  if (size != content.size()) return Error{ErrorKind::damaged, "the zstd frame is shorter than it says"};
  return {};
}

}  // namespace sysreel
