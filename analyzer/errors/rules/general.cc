// Every errno without a rule of its own: one sentence of advice.
#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

namespace {

struct Advice {
  int error;
  const char* text;
};
constexpr Advice rows[] = {
    {abi::errno_of("EIO"), "look into the kernel log (dmesg): a device or network file system failed"},
    {abi::errno_of("EROFS"), "the mount is read-only: remount it, or write elsewhere; after disk errors the kernel does this by itself"},
    {abi::errno_of("ESTALE"), "the server replaced the file: open it again, or mount anew"},
    {abi::errno_of("EEXIST"), "remove the old one, or check that no second instance runs"},
    {abi::errno_of("ENOEXEC"), "the file is for another machine or has no #! line: see file(1)"},
    {abi::errno_of("E2BIG"), "arguments and environment are too long together: use xargs or a file"},
    {abi::errno_of("ETXTBSY"), "the program runs while it is written: replace it by rename"},
    {abi::errno_of("ELOOP"), "links point to each other, or O_NOFOLLOW met a link: see namei"},
    {abi::errno_of("ENAMETOOLONG"), "shorten the name: 255 bytes a component"},
    {abi::errno_of("EISDIR"), "a folder stands where a file was expected"},
    {abi::errno_of("ENOTEMPTY"), "empty the folder first"},
    {abi::errno_of("EXDEV"), "rename works within one file system only: copy and remove"},
    {abi::errno_of("EBUSY"), "find who uses it (lsof, fuser)"},
    {abi::errno_of("EFAULT"), "a bug: the program passed an address that is not its memory"},
    {abi::errno_of("EINVAL"), "compare the arguments in the line below with the manual page: one of them cannot be"},
    {abi::errno_of("ENOSYS"), "the kernel or a sandbox lacks this call; libraries usually fall back to an older one"},
    {abi::errno_of("EDEADLK"), "two lockers wait for each other: take locks in one order"},
    {abi::errno_of("ENODEV"), "the device or its driver is not there"},
    {abi::errno_of("ENXIO"), "nobody has the other end open, or the device is not there"},
    {abi::errno_of("EMSGSIZE"), "the message is larger than the socket or queue takes"},
    {abi::errno_of("ENOTCONN"), "the connection was closed or never made"},
    {abi::errno_of("EADDRNOTAVAIL"), "no interface has this address, or all ephemeral ports are used: see ip addr"},
    {abi::errno_of("EAFNOSUPPORT"), "this kernel or container lacks the address family: IPv6 perhaps"},
};

}  // namespace

void observe_general(const Scene&, ErrorGroup&) {}

std::string next_general(const ErrorGroup& group) {
  for (const Advice& row : rows) {
    if (row.error == group.error) return row.text;
  }
  return "see the manual page of the call for what this errno means there";
}

}  // namespace sysreel::errors
