// System V ipc: keys, flags, commands, and the structures that begin with a struct ipc64_perm.
// Layouts: uapi asm-generic/ipcbuf.h, msgbuf.h, shmbuf.h, asm/sembuf.h. With 32-bit words each time has a second half.
#include <algorithm>

#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t permission_bits = 0777;
constexpr std::uint32_t ipc_64 = 0x100;
constexpr unsigned huge_shift = 26;  // SHM_HUGE_SHIFT, uapi linux/shm.h
constexpr std::uint32_t huge_mask = 0x3fu << huge_shift;

// As printf's %#03o: zero is 000.
void put_mode(Out& out, std::uint32_t mode) {
  if (mode == 0) return out.put("000");
  if (mode < 010) out.put('0');
  out.octal(mode);
}

// Reads numbers out of one of the structures. Offsets that depend on the word are found by counting words behind the
// permissions.
class Fields {
 public:
  Fields(ByteSpan bytes, unsigned word) : bytes_(bytes), word_(word) {}

  template <typename T>
  T at(std::size_t offset) const {
    T value{};
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::size_t permissions() const { return word_ == 8 ? 48 : 36; }
  // Word number `index` behind the permissions; times take two words where words are short.
  std::uint64_t word(unsigned index) const {
    const std::size_t offset = permissions() + std::size_t{index} * word_;
    return word_ == 8 ? at<std::uint64_t>(offset) : at<std::uint32_t>(offset);
  }
  unsigned time(unsigned index) const { return word_ == 8 ? index : 2 * index; }
  std::size_t behind_words(unsigned count) const { return permissions() + std::size_t{count} * word_; }

 private:
  ByteSpan bytes_;
  unsigned word_;
};

void put_number(CallPrinter& p, std::string_view name, std::uint64_t number) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
  p.out.decimal(number);
}

// struct ipc64_perm: key, uid, gid, cuid, cgid, mode.
void print_permissions(CallPrinter& p, std::string_view name, const Fields& fields, bool whole) {
  p.out.put('{');
  p.out.put(name);
  p.out.put("={uid=");
  p.out.decimal(fields.at<std::uint32_t>(4));
  put_number(p, "gid", fields.at<std::uint32_t>(8));
  p.out.put(", mode=");
  put_mode(p.out, fields.at<std::uint16_t>(20));
  if (whole) {
    put_number(p, "key", fields.at<std::uint32_t>(0));
    put_number(p, "cuid", fields.at<std::uint32_t>(12));
    put_number(p, "cgid", fields.at<std::uint32_t>(16));
  }
  p.out.put('}');
}

// The structure at `address` as far as its last printed field, or nothing and its address in the text.
std::optional<Fields> read(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::size_t size64, std::size_t size32) {
  if (!follow(p, type, address)) return std::nullopt;
  const auto bytes = p.fetch(type.copy.flow, address, p.word() == 8 ? size64 : size32);
  if (bytes) return Fields(*bytes, p.word());
  print_address(p.out, address);
  return std::nullopt;
}

constexpr std::size_t msqid_size64 = 120, msqid_size32 = 88;
constexpr std::size_t semid_size64 = 104, semid_size32 = 64;
constexpr std::size_t shmid_size64 = 112, shmid_size32 = 84;

}  // namespace

void print_ipc_key(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto key = static_cast<std::uint32_t>(value);
  if (key == 0) return print_constant(p, key, "IPC_PRIVATE");
  p.out.hex(key);
}

void print_ipc_get_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto flags = static_cast<std::uint32_t>(value);
  if ((flags & ~permission_bits) != 0) {
    print_flags(p, abi::ipc_get_flags, flags & ~permission_bits);
    p.out.put('|');
  }
  put_mode(p.out, flags & permission_bits);
}

void print_shmget_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto flags = static_cast<std::uint32_t>(value);
  const std::uint32_t named = flags & ~permission_bits & ~huge_mask;
  if (named != 0) {
    print_flags(p, abi::shmget_flags, named);
    p.out.put('|');
  }
  if ((flags & huge_mask) != 0) {
    p.out.decimal(flags >> huge_shift);
    p.out.put("<<");
    if (p.options.constants == ConstantStyle::abbrev) {
      p.out.put("SHM_HUGE_SHIFT");
    } else {
      p.out.decimal(huge_shift);
      if (p.options.constants == ConstantStyle::verbose) print_note(p, "SHM_HUGE_SHIFT");
    }
    p.out.put('|');
  }
  put_mode(p.out, flags & permission_bits);
}

void print_ipc_command(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(value);
  if ((command & ipc_64) != 0) {
    print_constant(p, ipc_64, "IPC_64");
    p.out.put('|');
  }
  print_one_of(p, *type.names, command & ~ipc_64);
}

// The text of a message stands behind a word that is its type.
void print_message_buffer(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  // strace reads the type together with as much text as fits into a word.
  const auto head = static_cast<std::size_t>(p.word() + std::min<std::uint64_t>(p.word(), p.elements(type, value)));
  const auto kind = p.fetch_run(type.copy.flow, value, head).faulted ? std::nullopt : p.fetch_word(type.copy.flow, value);
  if (!kind) return print_address(p.out, value);
  p.out.put("{mtype=");
  print_sword(p, {}, *kind);
  p.out.put(", mtext=");
  print_bytes_at(p, type.copy.flow, value + p.word(), p.elements(type, value));
  p.out.put('}');
}

void print_msqid_ds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, msqid_size64, msqid_size32);
  if (!fields) return;
  const unsigned cbytes = fields->time(3);
  print_permissions(p, "msg_perm", *fields, true);
  put_number(p, "msg_stime", fields->word(fields->time(0)));
  put_number(p, "msg_rtime", fields->word(fields->time(1)));
  put_number(p, "msg_ctime", fields->word(fields->time(2)));
  put_number(p, "msg_qnum", fields->word(cbytes + 1));
  put_number(p, "msg_qbytes", fields->word(cbytes + 2));
  put_number(p, "msg_lspid", fields->at<std::uint32_t>(fields->behind_words(cbytes + 3)));
  put_number(p, "msg_lrpid", fields->at<std::uint32_t>(fields->behind_words(cbytes + 3) + 4));
  p.out.put('}');
}

void print_msqid_ds_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, msqid_size64, msqid_size32);
  if (!fields) return;
  print_permissions(p, "msg_perm", *fields, false);
  put_number(p, "msg_qbytes", fields->word(fields->time(3) + 2));
  p.out.put('}');
}

void print_semid_ds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, semid_size64, semid_size32);
  if (!fields) return;
  print_permissions(p, "sem_perm", *fields, true);
  put_number(p, "sem_otime", fields->word(0));
  put_number(p, "sem_ctime", fields->word(2));
  put_number(p, "sem_nsems", fields->word(4));
  p.out.put('}');
}

void print_semid_ds_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, semid_size64, semid_size32);
  if (!fields) return;
  print_permissions(p, "sem_perm", *fields, false);
  p.out.put('}');
}

void print_shmid_ds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, shmid_size64, shmid_size32);
  if (!fields) return;
  // size, the three times, two pids, and the number of attachments behind them
  const unsigned times = 1;
  const unsigned time_words = fields->time(1);
  const std::size_t pids = fields->behind_words(times + 3 * time_words);
  print_permissions(p, "shm_perm", *fields, true);
  put_number(p, "shm_segsz", fields->word(0));
  put_number(p, "shm_cpid", fields->at<std::uint32_t>(pids));
  put_number(p, "shm_lpid", fields->at<std::uint32_t>(pids + 4));
  put_number(p, "shm_nattch", p.word() == 8 ? fields->at<std::uint64_t>(pids + 8) : fields->at<std::uint32_t>(pids + 8));
  put_number(p, "shm_atime", fields->word(times));
  put_number(p, "shm_dtime", fields->word(times + time_words));
  put_number(p, "shm_ctime", fields->word(times + 2 * time_words));
  p.out.put('}');
}

void print_shmid_ds_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto fields = read(p, type, value, shmid_size64, shmid_size32);
  if (!fields) return;
  print_permissions(p, "shm_perm", *fields, false);
  p.out.put('}');
}

void print_mq_attr_if_creating(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t o_creat = 0x40;
  if ((p.call.args[1] & o_creat) == 0) return;
  if (!follow(p, type, value)) return;
  print_struct_at(p, abi::mq_attr_layout, type.copy.flow, value);
}

}  // namespace sysreel::text
