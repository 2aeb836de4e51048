package dev.polyserve.linux.ring;

/// Checks that sources outside the ring's own family are watched as under any other multiplexer.
class RingPolledDescriptorTest extends RingMultiplexerContract {}
