// Short names for the types that many rows share, so that a row reads like the man page's synopsis.
#pragma once

#include "format/abi/flags.h"
#include "format/abi/structs.h"
#include "format/abi/types.h"

namespace sysreel::abi::vocabulary {

inline constexpr Type i32 = value(Kind::i32), u32 = value(Kind::u32), i64 = value(Kind::i64), u64 = value(Kind::u64);
inline constexpr Type word = value(Kind::word), sword = value(Kind::sword), size = word;
inline constexpr Type hex32 = value(Kind::hex32), hex64 = value(Kind::hex64), hex_word = value(Kind::hex_word);
inline constexpr Type address = value(Kind::pointer);
inline constexpr Type fd = value(Kind::fd), at_fd = value(Kind::at_fd);
inline constexpr Type permissions = value(Kind::permissions), mode = value(Kind::mode);
inline constexpr Type pid = value(Kind::pid), tid = value(Kind::tid), tgid = value(Kind::tgid), pgid = value(Kind::pgid);
inline constexpr Type uid = value(Kind::uid), gid = value(Kind::gid);
inline constexpr Type signal = value(Kind::signal);
inline constexpr Type offset = value(Kind::offset);

// Sockets: an address of as many bytes as an argument says, or as the value-result length that argument points to says.
constexpr Type sockaddr_in(Count length) { return at_most(memory(Kind::sockaddr, Flow::in, 1, length), times(128)); }
constexpr Type sockaddr_out(std::uint8_t length) { return at_most(memory(Kind::sockaddr, Flow::out, 1, deref(length)), times(128)); }
inline constexpr Type socklen_inout = memory(Kind::socklen, Flow::inout, 4);
constexpr Type recvmmsg_timeout(const Struct& layout) { return memory(Kind::recvmmsg_timeout, Flow::inout, layout); }
constexpr Type message_in(Count length) { return memory(Kind::message, Flow::in, 1, length, Limit::message); }
constexpr Type message_out(Count size) { return at_most(memory(Kind::message, Flow::out, 1, result, Limit::message), size); }

// A sigset_t of as many bytes as argument `index` says; the kernel knows no more than 8.
constexpr Type signal_set_of(std::uint8_t index, Flow flow) {
  return at_most(memory(Kind::signal_set, flow, 1, arg(index)), times(8));
}
// The frame that a signal handler returns through, as far as the mask in it.
inline constexpr Type signal_frame{Kind::restored_mask, nullptr, nullptr, {Flow::in, Extent::stack, Limit::record, 1, times(304)}};
inline constexpr Type old_signal_frame{Kind::restored_old_mask, nullptr, nullptr,
                                       {Flow::in, Extent::stack, Limit::record, 1, times(716)}};
// The program of a socket filter: struct sock_fprog.
inline constexpr Type socket_filter = memory(Kind::socket_program, Flow::in, filter_program_layout);
// struct msgbuf: a word and as much text as the call says or the result tells.
inline constexpr Type message_in_buffer = behind_words(memory(Kind::message_buffer, Flow::in, 1, arg(2), Limit::data), 1);
inline constexpr Type message_out_buffer = behind_words(memory(Kind::message_buffer, Flow::out, 1, result, Limit::data), 1);
// Data of a SCSI request, which says itself which way it flows: copied on both sides of the call, and if it failed, too.
constexpr Type scsi_data(Count length) {
  return even_on_failure({Kind::bytes, nullptr, nullptr, {Flow::inout, Extent::elements, Limit::data, 1, length}});
}
// A request to the device mapper with what stands behind it.
inline constexpr Type device_mapper_request = memory(Kind::device_mapper, Flow::in, 1, times(8192));
// A resource of io_uring, of as many bytes as the call says.
constexpr Type uring_resource(const Struct& layout) {
  return at_most(sized(Kind::io_uring_resource, Flow::in, layout, arg(3)), times(4096));
}
// Numbers of btrfs that have a name where they mean something.
inline constexpr Type btrfs_number = with(value(Kind::named_number), unbounded);
inline constexpr Type btrfs_object = with(value(Kind::named_number), btrfs_objects);
inline constexpr Type btrfs_key = with(value(Kind::named_number), btrfs_keys);
constexpr Type volume_label(Flow flow) { return {Kind::string, nullptr, nullptr, {flow, Extent::string, Limit::data, 1, times(256)}}; }
// Bytes of a font's glyphs, whose number follows from several fields.
inline constexpr Type glyphs{Kind::bytes, nullptr, nullptr, {Flow::inout, Extent::elements, Limit::data, 1, times(65536)}};
// The name of a thread: 15 characters and a NUL.
constexpr Type bounded_string(Flow flow, std::uint32_t most) {
  return {Kind::bounded_string, nullptr, nullptr, {flow, Extent::string, Limit::path, 1, times(most)}};
}
inline constexpr Type task_name_in = bounded_string(Flow::in, 15);
inline constexpr Type task_name_out = bounded_string(Flow::out, 16);
// bpf(2): addresses and numbers of 64 bits in any ABI, attributes, and those in which the kernel answers.
inline constexpr Type address64 = value(Kind::pointer64), u64_or_max = with(value(Kind::named_number), unbounded);
constexpr Type bpf_attr(const Struct& layout) { return sized(Kind::bpf_attr, Flow::in, layout, arg(2)); }
constexpr Type bpf_answer(const Struct& layout) { return even_on_failure(sized(Kind::bpf_attr, Flow::inout, layout, arg(2))); }
constexpr Type text_within(Flow flow, Count most) {
  return {Kind::text_within, nullptr, nullptr, {flow, Extent::string, Limit::data, 1, most}};
}
inline constexpr Type futex_bits = with(value(Kind::one_of), futex_bitsets);

}  // namespace sysreel::abi::vocabulary
