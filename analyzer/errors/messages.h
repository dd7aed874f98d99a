// Which failure a message on stderr or in a log is about.
#pragma once

#include <string_view>

#include "analyzer/errors/error_group.h"
#include "analyzer/errors/process_track.h"
#include "analyzer/model/model.h"

namespace sysreel::errors {

// How well a message fits a failure: reported_name, reported_errno, or none if nothing in it speaks of that failure.
Consequence fit(const Message& message, const ErrorGroup& group);

// Gives the thread's finished message to the failures it is about, and forgets it.
void attribute_message(ProcessTrack& process, ThreadTrack& thread);

// A successful write to the descriptor in argument 0: adds its text to the thread's message if that is stderr or a log.
// Attributes the message when a line is complete.
void note_message(const Call& call, const Model& model, ProcessTrack& process, ThreadTrack& thread);

// The process ended with this wait status: what it failed at last is why, if it ended in failure by itself.
void attribute_end(ProcessTrack& process, Tid last_thread, int status);

}  // namespace sysreel::errors
