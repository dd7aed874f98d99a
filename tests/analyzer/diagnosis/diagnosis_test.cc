#include "analyzer/diagnosis/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/diagnosis/findings_text.h"
#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Finds every close(2), certainly.
class FindsClose final : public Rule {
 public:
  explicit FindsClose(Needs needs) : needs_(needs) {}
  std::string_view name() const override { return "finds-close"; }
  Needs needs() const override { return needs_; }
  void on(const Call& call, const Scene& scene) override { seen_.push_back(scene.evidence(call)); }
  void finish(const Scene&, std::vector<Finding>& findings) override {
    for (const Evidence& one : seen_) {
      findings.push_back({.confidence = Confidence::certain, .sentence = "something was closed", .evidence = {one}});
    }
  }

 private:
  Needs needs_;
  std::vector<Evidence> seen_;
};

Diagnosis diagnosis_with(Needs needs) {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<FindsClose>(needs));
  return Diagnosis(std::move(rules));
}

Header filtered_by(std::string filter, bool strict = false) {
  Header header;
  header.filter = std::move(filter);
  header.strict_filter = strict;
  return header;
}

const Needs closes{.calls = "close", .every_call = true};

TEST(Diagnosis, ShowsARuleOnlyTheCallsItNames) {
  Diagnosis diagnosis = diagnosis_with(closes);
  diagnosis.begin({});
  diagnosis.on(CallBuilder("getpid", {}).event());
  diagnosis.on(CallBuilder("close", {3}).event());
  diagnosis.finish();
  ASSERT_EQ(diagnosis.result().findings.size(), 1u);
  const Evidence& evidence = diagnosis.result().findings[0].evidence[0];
  EXPECT_EQ(raw(evidence.event), 2u) << "events count from 1";
  EXPECT_EQ(evidence.what, "close(3) = 0");
}

TEST(Diagnosis, LostCallsLowerTheConfidenceOfRulesThatNeedThemAll) {
  for (const bool every_call : {true, false}) {
    Diagnosis diagnosis = diagnosis_with({.calls = "close", .every_call = every_call});
    diagnosis.begin({});
    diagnosis.on(CallBuilder("close", {3}).event());
    diagnosis.on(Loss{.count = 7});
    diagnosis.finish();
    ASSERT_EQ(diagnosis.result().findings.size(), 1u);
    const Finding& finding = diagnosis.result().findings[0];
    EXPECT_EQ(finding.confidence, every_call ? Confidence::probable : Confidence::certain);
    EXPECT_EQ(finding.missing, every_call ? "7 calls were lost" : "");
  }
}

TEST(Diagnosis, SaysWhichRulesAFilterSilences) {
  Diagnosis diagnosis = diagnosis_with({.calls = "fsync,close"});
  diagnosis.begin(filtered_by("openat"));
  diagnosis.on(CallBuilder("close", {3}).event());
  diagnosis.finish();
  EXPECT_TRUE(diagnosis.result().findings.empty());
  EXPECT_THAT(findings_text(diagnosis.result(), {}),
              HasSubstr("rule finds-close could not run: recorded with -e trace=openat, without fsync\n"))
      << "close changes descriptors and is recorded all the same";
}

TEST(Diagnosis, AStrictFilterSilencesMore) {
  Diagnosis diagnosis = diagnosis_with(closes);
  diagnosis.begin(filtered_by("openat", true));
  ASSERT_EQ(diagnosis.result().limits.size(), 1u);
  EXPECT_EQ(diagnosis.result().limits[0].reason, "recorded with -e trace=openat --strict-filter, without close");
}

TEST(Diagnosis, NothingFoundIsAResult) {
  Diagnosis diagnosis = diagnosis_with(closes);
  diagnosis.begin({});
  diagnosis.on(CallBuilder("getpid", {}).event());
  diagnosis.on(Loss{.count = 3});
  diagnosis.finish();
  EXPECT_EQ(findings_text(diagnosis.result(), {}), "nothing wrong found in 2 events; 3 calls and 0 other events were lost\n");
}

}  // namespace
}  // namespace sysreel
