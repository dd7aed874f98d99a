#include "recorder/ebpf/signal_ledger.h"

#include <gtest/gtest.h>

namespace sysreel {
namespace {

constexpr Pid program{7}, other{8};

TEST(SignalLedger, CountsDeliveriesThatNothingAnnounced) {
  SignalLedger ledger;
  ledger.sent(program, 14);
  ledger.delivered(program, 14);
  EXPECT_EQ(ledger.unannounced(), 0u);
  ledger.delivered(program, 14);
  EXPECT_EQ(ledger.unannounced(), 1u);
}

TEST(SignalLedger, TellsSignalsAndProcessesApart) {
  SignalLedger ledger;
  ledger.sent(program, 14);
  ledger.delivered(program, 15);
  ledger.delivered(other, 14);
  EXPECT_EQ(ledger.unannounced(), 2u);
  ledger.delivered(program, 14);
  EXPECT_EQ(ledger.unannounced(), 2u);
}

TEST(SignalLedger, WhatWasPendingBeforeNeedsNoAnnouncement) {
  SignalLedger ledger;
  ledger.found_pending(program, 1u << 13 | 1u << 0);
  ledger.delivered(program, 14);
  ledger.delivered(program, 1);
  EXPECT_EQ(ledger.unannounced(), 0u);
}

TEST(SignalLedger, QueuedSignalsAreDeliveredEach) {
  SignalLedger ledger;
  for (int i = 0; i < 3; ++i) ledger.sent(program, 40);
  for (int i = 0; i < 3; ++i) ledger.delivered(program, 40);
  EXPECT_EQ(ledger.unannounced(), 0u);
}

TEST(SignalLedger, AProcessThatEndedLeavesNothingPending) {
  SignalLedger ledger;
  ledger.sent(program, 15);
  ledger.forget(program);
  ledger.delivered(program, 15);
  EXPECT_EQ(ledger.unannounced(), 1u);
}

}  // namespace
}  // namespace sysreel
