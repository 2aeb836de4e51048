package dev.polyserve.linux.socket;

import dev.polyserve.io.Pollable;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import java.io.IOException;

/// A descriptor that a multiplexer can watch, or an object that has one, with the memory and the readiness record that
/// the multiplexer assigns.
///
/// **Thread**: as its implementation.
public sealed interface PollableDescriptor extends Pollable permits DescriptorSocket, AbstractPollableDescriptor {
    /// The descriptor, whose calls may come from any thread.
    Descriptor descriptor();

    /// Returns the readiness record that its calls update. **Thread**: the loop's.
    EdgeReadiness readiness();

    /// Joins a loop that is about to watch it: its calls use the loop's memory, and record the readiness that they have
    /// used up. **Thread**: the loop's, before other threads call the source.
    void joins(SystemCallMemoryPool loopsMemories, EdgeReadiness noted);

    void close() throws IOException;
}
