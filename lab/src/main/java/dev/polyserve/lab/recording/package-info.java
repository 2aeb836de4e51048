/// The recording of a run: what servers and clients did, in one order, and whether the two sides agree.
///
/// **Threads**: events come from many threads, one collects them, any reads the recording.
///
/// **Depends on** how JSON is written.
@NullMarked
package dev.polyserve.lab.recording;

import org.jspecify.annotations.NullMarked;
