package dev.polyserve.io;

import java.nio.channels.SelectableChannel;

/// A source of the JDK's family.
public interface PollableChannel extends Pollable {
    SelectableChannel channel();
}
