package dev.polyserve.io;

import java.nio.channels.SelectableChannel;

/// A channel of the JDK that a selector can watch.
public interface PollableChannel extends Pollable {
    SelectableChannel channel();
}
