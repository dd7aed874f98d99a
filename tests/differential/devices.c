// Ioctls of devices in situations; see situations.h.
#include "situations.h"

#define IOCTL(command, argument) {SYS_ioctl, {FD, NUM(command), argument}}

static const struct row calls[] = {
    // the console
    IOCTL(0x4b2f, NUM(440)), IOCTL(0x4b30, NUM(0x1ffff)), IOCTL(0x4b32, NUM(7)), IOCTL(0x4b34, NUM(0x3c0)),
    IOCTL(0x4b3a, NUM(1)), IOCTL(0x4b41, MEM(256)), IOCTL(0x4b45, NUM(3)), IOCTL(0x4b46, MEM(4)), IOCTL(0x4b47, MEM(4)),
    IOCTL(0x4b4d, MEM(8)), IOCTL(0x4b4e, NUM(10)), IOCTL(0x4b52, MEM(8)), IOCTL(0x4b63, NUM(3)), IOCTL(0x4b68, MEM(6)),
    IOCTL(0x4b6d, NUM(0)), IOCTL(0x4b71, MEM(48)),
    // SCSI, the device mapper
    IOCTL(0x2285, MEM(160)), IOCTL(0xc138fd00, MEM(312)), IOCTL(0xc138fd09, MEM(312)),
    // btrfs
    IOCTL(0x9408, NUM(0)), IOCTL(0x40089416, MEM(8)), IOCTL(0x4008941a, MEM(8)), IOCTL(0x40309410, MEM(48)),
    IOCTL(0xc0109414, MEM(16)), IOCTL(0xc400941b, MEM(1024)), IOCTL(0x40189429, MEM(24)), IOCTL(0x40309439, MEM(48)),
    IOCTL(0x41009432, MEM(256)),
};

int main(void) {
  make_calls(ROWS(calls));
  return 0;
}
