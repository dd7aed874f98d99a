// One event of a reel and what came around it: what trace-report --at prints.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/analysis.h"
#include "analyzer/text/text_renderer.h"

namespace sysreel::text {

// Numbers the events as they come, from 1, and prints those near the chosen one, each behind its number. What comes
// before only feeds the model, so that descriptors have their names. Used by one thread.
class Moment final : public Analysis {
 public:
  // The options and the sink are borrowed.
  Moment(std::uint64_t chosen, const TextOptions& options, TextSink& sink);

  void begin(const Header& header) override { renderer_.begin(header); }
  void on(const Call& call) override;
  void on(const Signal& signal) override;
  void on(const JobStop& stop) override { show(stop, ""); }
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override;
  void on(const TaskExit& exit) override { show(exit, ""); }
  void on(const TaskDetach& detach) override { show(detach, ""); }
  void on(const FdFact& fact) override;
  void on(const Snapshot& snapshot) override;
  void on(const ClockSample& sample) override { show(sample, ""); }
  void on(const Loss& loss) override;
  void on(const End&) override { ++number_; }

  // Whether the reel has that event.
  bool found() const { return number_ >= chosen_; }

 private:
  // Puts the number before each piece of the renderer's text; drops text outside the window.
  class Margin final : public TextSink {
   public:
    explicit Margin(TextSink& sink) : sink_(sink) {}
    void write(Tid tid, std::string_view text) override;
    void turn_to(std::string margin, bool visible);
    bool wrote() const { return wrote_; }

   private:
    TextSink& sink_;
    std::string margin_;
    bool visible_ = false;
    bool wrote_ = false;
  };

  bool step();  // on to the next event; whether it is in the window
  template <typename Event>
  void show(const Event& event, const std::string& otherwise);

  const std::uint64_t chosen_;
  const TextOptions options_;
  Margin margin_;
  TextRenderer renderer_;
  std::uint64_t number_ = 0;
};

}  // namespace sysreel::text
