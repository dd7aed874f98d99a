// The vocabulary of the rows in format/abi: what a value is, how wide, what it points to, and which bytes to record.
//
// A system call is a list of arguments and a structure is a list of fields; both are described by the same Type. One row
// therefore drives capture (recorder/capture_plan), rendering (analyzer/text), filtering and fd tracking.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "format/ids.h"

namespace sysreel::abi {

// --- names of constants ----------------------------------------------------------------------------------------------

struct Name {
  std::uint64_t value;
  const char* text;
};

// A set of named constants, in the order in which they are tried.
struct Names {
  const char* id;                // as the rows call it: "open_flags"
  const char* unknown;           // comment behind a value without a name: "O_???"
  std::span<const Name> rows;
};

// --- kinds: how a value prints -----------------------------------------------------------------------------------------

enum class Kind : std::uint16_t {
#define KIND(name, ...) name,
#include "format/abi/kinds.def"
#undef KIND
};

// --- memory behind a pointer -------------------------------------------------------------------------------------------

// Which way the pointed-to bytes flow, hence when they are copied and when they print.
enum class Flow : std::uint8_t {
  none,   // a plain value, or a pointer that is not followed
  in,     // read by the kernel: belongs to the entry
  out,    // written by the kernel: copied at exit, and only if the call did not fail (unless Copy::on_failure)
  inout   // both: copied twice
};

// How many elements there are.
enum class CountFrom : std::uint8_t {
  constant,       // `count`
  arg,            // value of argument (or field) number `index`
  arg_bits,       // argument `index` is a number of bits (select's nfds): bytes = bits / 8, rounded up to a word
  result,         // the call's result
  deref,          // the 32-bit value that pointer argument `index` points to (value-result lengths): at entry the
                  // value at entry, at exit the smaller of the two
  size_of_first,  // the 32-bit word at byte offset `index` of the structure itself is its size (sched_attr, perf_event_attr)
  arg_pages,      // argument `index` is a length in bytes; one element a page of it (mincore)
  call_arg,       // inside a structure, where `arg` means a field: argument `index` of the call
  ioctl_size,     // argument `index` is a command of ioctl(2), which holds the size of what it points to
};

// Inside an array of structures, `result` means what the elements before have left of it: readv fills one buffer after the
// other, and at_most(bytes_out(field(1)), result) is what each of them received.
struct Count {
  CountFrom from = CountFrom::constant;
  std::uint8_t index = 0;
  std::uint32_t count = 1;
};

constexpr Count times(std::uint32_t count) { return {CountFrom::constant, 0, count}; }
constexpr Count arg(std::uint8_t index) { return {CountFrom::arg, index, 0}; }
constexpr Count field(std::uint8_t index) { return {CountFrom::arg, index, 0}; }
constexpr Count bits(std::uint8_t index) { return {CountFrom::arg_bits, index, 0}; }
constexpr Count deref(std::uint8_t index) { return {CountFrom::deref, index, 0}; }
inline constexpr Count result{CountFrom::result, 0, 0};
inline constexpr Count size_of_first{CountFrom::size_of_first, 0, 0};
constexpr Count size_at(std::uint8_t offset) { return {CountFrom::size_of_first, offset, 0}; }
constexpr Count pages(std::uint8_t index) { return {CountFrom::arg_pages, index, 0}; }
constexpr Count call_arg(std::uint8_t index) { return {CountFrom::call_arg, index, 0}; }
constexpr Count size_in_command(std::uint8_t index) { return {CountFrom::ioctl_size, index, 0}; }

enum class Extent : std::uint8_t {
  none,
  elements,       // `count` times `unit` bytes (or the size of `layout`)
  string,         // up to and with the NUL
  string_vector,  // array of pointers to strings, ended by a null pointer (argv, envp)
  stack,          // `count` bytes at the stack pointer at entry, whatever the argument: signal frames
};

// What bounds the copy besides its extent.
enum class Limit : std::uint8_t {
  record,  // only by the capacity of a record: structures
  data,    // -s: user data, shown abbreviated
  path,    // PATH_MAX
  rows,    // -s elements of an array, and one more, so that "there is more" shows
  message  // user data sent or received: as `data`, but whole where argument 0 of the call is a netlink socket
};

struct Struct;
struct AttrTable;  // netlink attributes, see netlink.h

struct Copy {
  Flow flow = Flow::none;
  Extent extent = Extent::none;
  Limit limit = Limit::record;
  std::uint32_t unit = 1;          // bytes an element; 0: the size of `layout`, or without one the ABI's word. With a layout
                                   // and a unit, the count says how many units of it there are, and fields beyond them
                                   // are not (openat2's size)
  Count count = times(1);
  Count count2 = {};               // a second bound, the smaller holds; unused while `bounded` is false
  bool bounded = false;
  std::uint8_t head = 0;           // words in front of the elements, which neither count nor limit includes (msgbuf's type)
  bool on_failure = false;         // copied at exit even if the call failed
  bool at_entry = false;           // a plain input that the kernel overwrites or that is gone at exit: engines that
                                   // read inputs late must not (execve's path, nanosleep's interval)
};

// --- a value -----------------------------------------------------------------------------------------------------------

// Width and signedness of a field, as the C declaration has it; `word` types differ between ABIs, aligned_u64 is the
// kernel's __aligned_u64, which is aligned to 8 bytes on i386, too. An integer field whose Type has a Copy::flow holds an
// address and is followed as a pointer is (bpf_attr, io_uring).
enum class CType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, word, sword, pointer, structure, aligned_u64 };

// What an argument or a field is.
struct Type {
  Kind kind = Kind::hex64;
  const Names* names = nullptr;    // of flags and enumerations
  const Struct* layout = nullptr;  // of what it points to, or of an embedded structure
  Copy copy = {};
  const AttrTable* attrs = nullptr;  // Kind::netlink_attrs: which attributes are nested here
};

// Shows a field only if an earlier field of the same structure has a certain value in the bits of `mask` …
enum class Condition : std::uint8_t {
  none,
  equal,      // … or
  different,  // … or has not
  otherwise,  // or if no field before was shown because of such a condition
  revealed    // of a field that -v shows: shown without -v, too, if the other one is not zero
};

struct When {
  Condition condition = Condition::none;
  std::uint8_t field = 0;
  std::uint64_t mask = ~0ull;
  std::uint64_t value = 0;
};

// What stands in front of a field.
enum class Lead : std::uint8_t {
  comma,   // ", name="
  arrow,   // " => ": what became of the field before
  braces,  // "} => {name=": the answer is a structure of its own
  more     // no field: "..." stands for what is not shown, at the end
};

struct Field {
  CType ctype;
  const char* name;         // nullptr: padding, never printed
  Type type;
  std::uint16_t length = 1; // elements of an embedded array; of a `structure` field the layout is type.layout
  bool verbose = false;     // shown only with -v; otherwise "..." stands for all of these at the end
  bool nonzero = false;     // shown only if it is not zero: reserved fields
  bool answer = false;      // of a structure that flows both ways: written by the kernel, shown only if the call succeeded
  bool arm = false;         // of a union: arms that follow each other begin at the same offset
  When when = {};
  Lead lead = Lead::comma;
  std::int16_t place = -1;  // byte offset of a field that does not follow the one before: printed out of turn, or twice, or
                            // not aligned
};

// What a row says of a field besides its type and name, outermost first: answer(verbosely(FIELD(…))).
constexpr Field verbosely(Field field) { field.verbose = true; return field; }
constexpr Field unless_zero(Field field) { field.nonzero = true; return field; }
constexpr Field verbosely_unless(std::uint8_t index, Field field) {
  field.when = {Condition::revealed, index, ~0ull, 0};
  return verbosely(field);
}
constexpr Field asked(Field field) { return field; }
constexpr Field answer(Field field) { field.answer = true; return field; }
constexpr Field when(std::uint8_t index, std::uint64_t value, Field field) { field.when = {Condition::equal, index, ~0ull, value}; return field; }
constexpr Field when_bits(std::uint8_t index, std::uint64_t mask, std::uint64_t value, Field field) {
  field.when = {Condition::equal, index, mask, value};
  return field;
}
constexpr Field unless_zero_at(std::uint8_t index, Field field) { field.when = {Condition::different, index, ~0ull, 0}; return field; }
constexpr Field otherwise(Field field) { field.when = {Condition::otherwise, 0, 0, 0}; return field; }
constexpr Field arm(Field field) { field.arm = true; return field; }
constexpr Field at(std::int16_t offset, Field field) { field.place = offset; return field; }
constexpr Field updated(std::int16_t offset, Field field) { field.lead = Lead::arrow; return at(offset, answer(field)); }
constexpr Field apart(Field field) { field.lead = Lead::braces; return answer(field); }
constexpr Field arm(std::uint8_t index, std::uint64_t value, Field field) { return arm(when(index, value, field)); }

// A structure of the kernel's ABI, fields in order. Offsets follow from the ABI's alignment rules (see layout.h).
struct Struct {
  const char* name;
  std::span<const Field> fields;
};

// --- constructors, in which the rows are spelled -----------------------------------------------------------------------

constexpr Type value(Kind kind) { return {kind, nullptr, nullptr, {}}; }
constexpr Type flags(const Names& names) { return {Kind::flags, &names, nullptr, {}}; }
constexpr Type flags64(const Names& names) { return {Kind::flags64, &names, nullptr, {}}; }
constexpr Type one_of(const Names& names) { return {Kind::one_of, &names, nullptr, {}}; }
constexpr Type one_of64(const Names& names) { return {Kind::one_of64, &names, nullptr, {}}; }

// A structure behind a pointer, printed field by field.
constexpr Type pointer_to(const Struct& layout, Flow flow) {
  return {Kind::structure, nullptr, &layout, {flow, Extent::elements, Limit::record, 0, times(1)}};
}
constexpr Type in(const Struct& layout) { return pointer_to(layout, Flow::in); }
constexpr Type out(const Struct& layout) { return pointer_to(layout, Flow::out); }
constexpr Type inout(const Struct& layout) { return pointer_to(layout, Flow::inout); }

// A structure inside a structure.
constexpr Type embedded(const Struct& layout, Kind kind = Kind::structure) { return {kind, nullptr, &layout, {}}; }

// An array of structures behind a pointer, printed as [{…}, {…}].
constexpr Type array_of(const Struct& layout, Flow flow, Count count) {
  return {Kind::structure_array, nullptr, &layout, {flow, Extent::elements, Limit::rows, 0, count}};
}
constexpr Type in_array(const Struct& layout, Count count) { return array_of(layout, Flow::in, count); }
constexpr Type out_array(const Struct& layout, Count count) { return array_of(layout, Flow::out, count); }

// `count` elements of `unit` bytes behind a pointer, printed by the printer of `kind`.
constexpr Type memory(Kind kind, Flow flow, std::uint32_t unit, Count count = times(1), Limit limit = Limit::record) {
  return {kind, nullptr, nullptr, {flow, Extent::elements, limit, unit, count}};
}

// The same, with a structure whose inner pointers are followed.
constexpr Type memory(Kind kind, Flow flow, const Struct& layout, Count count = times(1), Limit limit = Limit::record) {
  return {kind, nullptr, &layout, {flow, Extent::elements, limit, 0, count}};
}

// Bytes of one number; 0 where it is the ABI's word (what Copy::unit means by 0).
constexpr std::uint32_t unit_of(CType type) {
  switch (type) {
    case CType::u8: case CType::i8: return 1;
    case CType::u16: case CType::i16: return 2;
    case CType::u32: case CType::i32: return 4;
    case CType::u64: case CType::i64: case CType::aligned_u64: return 8;
    default: return 0;
  }
}

// A number behind a pointer, printed in brackets: [42]. `type` is the number's own.
constexpr Type number_at(CType ctype, Type type, Flow flow) {
  type.copy = {flow, Extent::elements, Limit::record, unit_of(ctype), times(1)};
  return type;
}

// A number that prints with all hexadecimal digits of its `bytes`: 0x01.
constexpr Type hex_zeros(std::uint32_t bytes) {
  Type type = value(Kind::hex_zeros);
  type.copy.unit = bytes;
  return type;
}

// An array of numbers behind a pointer, printed as [1, 2, 3].
constexpr Type numbers_at(CType ctype, Type type, Flow flow, Count count) {
  type.copy = {flow, Extent::elements, Limit::rows, unit_of(ctype), count};
  return type;
}

// A structure of which `bytes` bytes are there, fewer or more than its layout (extensible structures: openat2, clone3, bpf,
// or size_of_first). Inner pointers among those bytes are followed.
constexpr Type sized(Kind kind, Flow flow, const Struct& layout, Count bytes) {
  return {kind, nullptr, &layout, {flow, Extent::elements, Limit::record, 1, bytes}};
}

// An embedded array of which an earlier field says how many elements count: FIELD_ARRAY(u32, counted(u32, 0), offsets, 64).
constexpr Type counted(Type type, std::uint8_t index) { type.copy.count = field(index); return type; }

// User data, quoted, cut by -s.
constexpr Type bytes_in(Count count) { return {Kind::bytes, nullptr, nullptr, {Flow::in, Extent::elements, Limit::data, 1, count}}; }
constexpr Type bytes_inout(Count count) { return {Kind::bytes, nullptr, nullptr, {Flow::inout, Extent::elements, Limit::data, 1, count}}; }
constexpr Type bytes_out(Count count) { return {Kind::bytes, nullptr, nullptr, {Flow::out, Extent::elements, Limit::data, 1, count}}; }

// A structure inside another, printed by the printer of `kind`.
constexpr Type embedded(Kind kind, const Struct& layout) { return {kind, nullptr, &layout, {}}; }

// The same value with other names, with copying at entry forced, or with a second bound on the count.
constexpr Type with(Type type, const Names& names) { type.names = &names; return type; }
constexpr Type with_kind(Type type, Kind kind) { type.kind = kind; return type; }
constexpr Type at_entry(Type type) { type.copy.at_entry = true; return type; }
constexpr Type even_on_failure(Type type) { type.copy.on_failure = true; return type; }
constexpr Type behind_words(Type type, std::uint8_t words) { type.copy.head = words; return type; }
constexpr Type at_most(Type type, Count count) { type.copy.count2 = count; type.copy.bounded = true; return type; }

inline constexpr Type path{Kind::path, nullptr, nullptr, {Flow::in, Extent::string, Limit::path, 1, times(4096)}};
inline constexpr Type path_out{Kind::path, nullptr, nullptr, {Flow::out, Extent::string, Limit::path, 1, times(4096)}};
inline constexpr Type string{Kind::string, nullptr, nullptr, {Flow::in, Extent::string, Limit::data, 1, times(4096)}};
// The same with a length that the kernel does not read past, NUL or not.
constexpr Type string_within(Type type, Count count) { type.copy.count = count; return type; }
inline constexpr Type string_vector{Kind::string_vector, nullptr, nullptr,
                                    {Flow::in, Extent::string_vector, Limit::data, 1, times(1)}};

}  // namespace sysreel::abi
