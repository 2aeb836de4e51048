package dev.polyserve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Sends to one connection from outside its handler, for a chat or a broadcast.
///
/// Each message is sent whole, in the order of acceptance, between the flushes of the handler itself. Memory is bounded
/// by [Options.Limits#senderQueueBytes]: back-pressure of a slow client appears as `false` or as a wait.
///
/// **Thread**: any, under every model.
public interface Sender {
    /// The connection's number, [ConnectionInfo#id].
    long id();

    /// Queues a copy of the message if there is room, without waiting.
    ///
    /// @return false when the queue is full or the connection is over: none of it will be sent
    boolean offer(ByteBuffer message);

    /// Queues the message, in UTF-8, if there is room, without waiting.
    ///
    /// @return false when the queue is full or the connection is over
    default boolean offer(String message) {
        return offer(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
    }

    /// Queues a copy of the message, waiting for room.
    ///
    /// @throws TimedOutException when there was no room in time; none of it will be sent
    /// @throws ConnectionException when the connection is over
    void send(ByteBuffer message, Duration atMost) throws IOException, InterruptedException;

    /// Bytes accepted and not yet sent.
    long queuedBytes();

    /// Whether the connection is still open.
    boolean isOpen();

    /// Ends the output after the messages accepted so far: the peer reads the end, and may continue to send. Nothing
    /// more is accepted, and the handler can write no more.
    void end();

    /// Ends the connection after the messages accepted so far; its handler reads the end of input.
    void close();
}
