package dev.polyserve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Sends to one connection from outside its handler: what a chat or a broadcast hands around.
///
/// Each message goes out whole, in the order it was accepted, between what the handler itself flushes. Memory is bounded by
/// [Options.Limits#senderQueueBytes]: a sender sees the back-pressure of a slow client as `false` or as a wait.
///
/// **Thread**: any, under every model.
public interface Sender {
    /// The connection's number, [ConnectionInfo#id].
    long id();

    /// Takes a copy of the message if there is room, without waiting.
    ///
    /// @return false when the queue is full or the connection is over: nothing of it will be sent
    boolean offer(ByteBuffer message);

    /// Takes the message, in UTF-8, if there is room, without waiting.
    ///
    /// @return false when the queue is full or the connection is over
    default boolean offer(String message) {
        return offer(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
    }

    /// Takes a copy of the message, waiting for room.
    ///
    /// @throws TimedOutException when there was no room in time; nothing of it will be sent
    /// @throws ConnectionException when the connection is over
    void send(ByteBuffer message, Duration atMost) throws IOException, InterruptedException;

    /// Bytes accepted and not yet sent.
    long queuedBytes();

    /// Whether the connection still lives.
    boolean isOpen();

    /// Ends our side after what was accepted so far: the peer sees the end, and may go on sending. Nothing more is accepted, and
    /// the handler can write no more.
    void end();

    /// Ends the connection after what was accepted so far; its handler sees the end of input.
    void close();
}
