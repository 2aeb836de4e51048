package dev.polyserve;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// Everything that can be set about a server besides endpoints, handler and model: all have finite defaults.
///
/// @param limits how much
/// @param timeouts how long
/// @param sockets what is asked of the system's sockets
/// @param onFull what happens to a client when every place is taken
public record Options(Limits limits, Timeouts timeouts, Sockets sockets, OnFull onFull) {
    private static final Options DEFAULTS = new Options(Limits.DEFAULTS, Timeouts.DEFAULTS, Sockets.DEFAULTS,
            OnFull.WAIT);

    /// The defaults.
    public static Options defaults() {
        return DEFAULTS;
    }

    /// Numbers of things and bytes.
    ///
    /// @param connections connections at once
    /// @param connectionsPerAddress connections at once from one IPv4 address or IPv6 /64 network; 0: no limit of its own
    /// @param queue connections that wait for a thread of a pool
    /// @param frameBytes the longest frame or line
    /// @param highWaterBytes output waiting for a peer above which its input is not read
    /// @param bufferBytesPerConnection input and output buffered for one connection
    /// @param bufferBytesTotal the same for all
    /// @param senderQueueBytes what other threads may queue through one [Sender]
    /// @param datagramBytes the longest datagram taken whole
    public record Limits(int connections, int connectionsPerAddress, int queue, int frameBytes, int highWaterBytes,
            int bufferBytesPerConnection, long bufferBytesTotal, int senderQueueBytes, int datagramBytes) {
        /// The most that UDP carries over IPv4.
        public static final int MAX_DATAGRAM_BYTES = 65_507;

        static final Limits DEFAULTS = new Limits(20_000, 0, 1024, 64 << 10, 64 << 10, 4 << 20,
                Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 4), 256 << 10, MAX_DATAGRAM_BYTES);

        /// Checks each number.
        public Limits {
            atLeast("max-connections", connections, 1);
            atLeast("max-per-ip", connectionsPerAddress, 0);
            atLeast("queue", queue, 0);
            atLeast("max-frame", frameBytes, 1);
            atLeast("high-water", highWaterBytes, 1);
            atLeast("max-buffer", bufferBytesPerConnection, 1);
            atLeast("max-buffer-total", bufferBytesTotal, 1);
            atLeast("sender-queue", senderQueueBytes, 1);
            atLeast("max-datagram", datagramBytes, 1);
            if (datagramBytes > MAX_DATAGRAM_BYTES) {
                throw new IllegalArgumentException(
                        "max-datagram: " + datagramBytes + " is more than " + MAX_DATAGRAM_BYTES
                                + ", the most UDP carries");
            }
        }

        /// With another number of connections at once.
        public Limits withConnections(int most) {
            return new Limits(most, connectionsPerAddress, queue, frameBytes, highWaterBytes, bufferBytesPerConnection,
                    bufferBytesTotal, senderQueueBytes, datagramBytes);
        }

        /// With another number of connections from one address; 0: no limit of its own.
        public Limits withConnectionsPerAddress(int most) {
            return new Limits(connections, most, queue, frameBytes, highWaterBytes, bufferBytesPerConnection,
                    bufferBytesTotal, senderQueueBytes, datagramBytes);
        }

        /// With another length of a pool's queue.
        public Limits withQueue(int most) {
            return new Limits(connections, connectionsPerAddress, most, frameBytes, highWaterBytes,
                    bufferBytesPerConnection, bufferBytesTotal, senderQueueBytes, datagramBytes);
        }

        /// With another longest frame; the buffer per connection grows with it where it must.
        public Limits withFrameBytes(int most) {
            return new Limits(connections, connectionsPerAddress, queue, most, highWaterBytes,
                    (int) Math.min(Integer.MAX_VALUE - 64, Math.max(bufferBytesPerConnection, 2L * most)),
                    bufferBytesTotal, senderQueueBytes, datagramBytes);
        }

        /// With another high-water mark.
        public Limits withHighWaterBytes(int mark) {
            return new Limits(connections, connectionsPerAddress, queue, frameBytes, mark, bufferBytesPerConnection,
                    bufferBytesTotal, senderQueueBytes, datagramBytes);
        }

        /// With other bounds on buffered bytes, for one connection and for all.
        public Limits withBufferBytes(int perConnection, long total) {
            return new Limits(connections, connectionsPerAddress, queue, frameBytes, highWaterBytes, perConnection,
                    total,
                    senderQueueBytes, datagramBytes);
        }

        /// With another bound on what a [Sender] queues.
        public Limits withSenderQueueBytes(int most) {
            return new Limits(connections, connectionsPerAddress, queue, frameBytes, highWaterBytes,
                    bufferBytesPerConnection, bufferBytesTotal, most, datagramBytes);
        }

        /// With another longest datagram.
        public Limits withDatagramBytes(int most) {
            return new Limits(connections, connectionsPerAddress, queue, frameBytes, highWaterBytes,
                    bufferBytesPerConnection, bufferBytesTotal, senderQueueBytes, most);
        }
    }

    /// Times, all finite by default. For the waits of connections (the first four) zero means for ever; for `drain` and
    /// `close` it means at once; for `drainQuiet`, `stall` and `spin`, never.
    ///
    /// @param firstByte the wait for a connection's first byte
    /// @param idle the time without a byte in either direction
    /// @param writeStall the wait for a peer that takes nothing
    /// @param conversation the length of a whole connection
    /// @param drain how long [Server#drain()] lets conversations go on
    /// @param drainQuiet while draining, a connection that waits for input and was quiet for so long sees its end
    /// @param close how long [Server#close()] lets conversations go on
    /// @param stall the turn of an event loop above which it is reported
    /// @param spin how long an event loop that has nothing to do asks again and again before it waits: a request that comes
    ///         meanwhile is served sooner, by the time that waking a thread takes, and the processor is busy with asking. Not at
    ///         all where there are as many loops as processors
    public record Timeouts(Duration firstByte, Duration idle, Duration writeStall, Duration conversation,
            Duration drain, Duration drainQuiet, Duration close, Duration stall, Duration spin) {
        static final Timeouts DEFAULTS = new Timeouts(Duration.ofMinutes(1), Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                Duration.ofDays(1), Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofSeconds(1),
                Duration.ofMillis(100), Duration.ZERO);

        /// Checks that none is negative.
        public Timeouts {
            notNegative("first-byte-timeout", firstByte);
            notNegative("idle-timeout", idle);
            notNegative("write-timeout", writeStall);
            notNegative("conversation-timeout", conversation);
            notNegative("drain-timeout", drain);
            notNegative("drain-quiet", drainQuiet);
            notNegative("close-timeout", close);
            notNegative("stall-limit", stall);
            notNegative("spin", spin);
        }

        /// With another wait for the first byte.
        public Timeouts withFirstByte(Duration atMost) {
            return new Timeouts(atMost, idle, writeStall, conversation, drain, drainQuiet, close, stall, spin);
        }

        /// With another idle time. The wait for the first byte ends with it, too, where that is sooner.
        public Timeouts withIdle(Duration atMost) {
            return new Timeouts(firstByte, atMost, writeStall, conversation, drain, drainQuiet, close, stall, spin);
        }

        /// With another wait for a peer that does not read.
        public Timeouts withWriteStall(Duration atMost) {
            return new Timeouts(firstByte, idle, atMost, conversation, drain, drainQuiet, close, stall, spin);
        }

        /// With another length of the whole conversation.
        public Timeouts withConversation(Duration atMost) {
            return new Timeouts(firstByte, idle, writeStall, atMost, drain, drainQuiet, close, stall, spin);
        }

        /// With another time to drain.
        public Timeouts withDrain(Duration atMost) {
            return new Timeouts(firstByte, idle, writeStall, conversation, atMost, drainQuiet, close, stall, spin);
        }

        /// With another quiet time after which a draining server ends a waiting connection's input.
        public Timeouts withDrainQuiet(Duration quiet) {
            return new Timeouts(firstByte, idle, writeStall, conversation, drain, quiet, close, stall, spin);
        }

        /// With another time to close.
        public Timeouts withClose(Duration atMost) {
            return new Timeouts(firstByte, idle, writeStall, conversation, drain, drainQuiet, atMost, stall, spin);
        }

        /// With another length of a loop's turn that is reported.
        public Timeouts withStall(Duration longest) {
            return new Timeouts(firstByte, idle, writeStall, conversation, drain, drainQuiet, close, longest, spin);
        }

        /// With another time for which a loop asks before it waits.
        public Timeouts withSpin(Duration atMost) {
            return new Timeouts(firstByte, idle, writeStall, conversation, drain, drainQuiet, close, stall, atMost);
        }

        private static void notNegative(String name, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(
                        name + ": " + TimeUnit.MILLISECONDS.convert(value) + " ms is negative");
            }
        }
    }

    /// What is asked of the system. Zero, and no keep-alive, leave to the system what it does by itself.
    ///
    /// What only the models on descriptors can do (`polling` to `epoll-et`), other models refuse at the start. Corking (TCP_CORK)
    /// is none of it: what a handler writes is collected anyway until it reads, flushes or ends, and is then one call.
    ///
    /// @param backlog connections that the kernel keeps until they are accepted
    /// @param reuseAddress whether a port may be bound again while old connections linger in TIME_WAIT
    /// @param noDelay whether small TCP writes go out at once (TCP_NODELAY)
    /// @param receiveBufferBytes what the kernel keeps for us to read, per TCP connection or UDP port (SO_RCVBUF); it may give
    ///         less, and twice that counts its own records
    /// @param sendBufferBytes what it takes from us to send, likewise, and per Unix connection (SO_SNDBUF)
    /// @param keepAlive whether and how a silent TCP connection is probed
    /// @param userTimeout after how long without acknowledgement a TCP connection is lost (TCP_USER_TIMEOUT); on descriptors
    /// @param deferAccept for how long a TCP connection without a byte is kept from the server (TCP_DEFER_ACCEPT), in steps of
    ///         the handshake's repetition; for protocols in which the client speaks first; on descriptors
    public record Sockets(int backlog, boolean reuseAddress, boolean noDelay, int receiveBufferBytes,
            int sendBufferBytes,
            Optional<KeepAlive> keepAlive, Duration userTimeout, Duration deferAccept) {
        static final Sockets DEFAULTS = new Sockets(4096, true, true, 0, 0, Optional.empty(), Duration.ZERO,
                Duration.ZERO);
        private static final Duration MOST = Duration.ofDays(20);

        /// Checks each.
        public Sockets {
            atLeast("backlog", backlog, 1);
            atLeast("receive-buffer", receiveBufferBytes, 0);
            atLeast("send-buffer", sendBufferBytes, 0);
            within("user-timeout", userTimeout, Duration.ofMillis(1), MOST);
            within("defer-accept", deferAccept, Duration.ofSeconds(1), MOST);
        }

        /// With another backlog.
        public Sockets withBacklog(int connections) {
            return new Sockets(connections, reuseAddress, noDelay, receiveBufferBytes, sendBufferBytes, keepAlive,
                    userTimeout, deferAccept);
        }

        /// With or without address reuse.
        public Sockets withReuseAddress(boolean reuse) {
            return new Sockets(backlog, reuse, noDelay, receiveBufferBytes, sendBufferBytes, keepAlive, userTimeout,
                    deferAccept);
        }

        /// With or without Nagle's algorithm.
        public Sockets withNoDelay(boolean atOnce) {
            return new Sockets(backlog, reuseAddress, atOnce, receiveBufferBytes, sendBufferBytes, keepAlive,
                    userTimeout, deferAccept);
        }

        /// With other buffers in the kernel; 0: the system's own.
        public Sockets withBufferBytes(int receive, int send) {
            return new Sockets(backlog, reuseAddress, noDelay, receive, send, keepAlive, userTimeout, deferAccept);
        }

        /// With silent TCP connections probed.
        public Sockets withKeepAlive(KeepAlive probes) {
            return new Sockets(backlog, reuseAddress, noDelay, receiveBufferBytes, sendBufferBytes,
                    Optional.of(probes), userTimeout, deferAccept);
        }

        /// With another time without acknowledgement; zero: the system's own.
        public Sockets withUserTimeout(Duration atMost) {
            return new Sockets(backlog, reuseAddress, noDelay, receiveBufferBytes, sendBufferBytes, keepAlive, atMost,
                    deferAccept);
        }

        /// With TCP connections kept from the server until they have a byte, so long at most; zero: without.
        public Sockets withDeferAccept(Duration atMost) {
            return new Sockets(backlog, reuseAddress, noDelay, receiveBufferBytes, sendBufferBytes, keepAlive,
                    userTimeout, atMost);
        }

        private static void within(String name, Duration value, Duration least, Duration most) {
            if (!value.isZero() && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
                throw new IllegalArgumentException(name + ": " + value.toMillis() + " ms is not between "
                        + least.toMillis() + " ms and " + most.toDays() + " days");
            }
        }
    }

    /// How a silent TCP connection is probed (SO_KEEPALIVE), in whole seconds.
    ///
    /// @param idle after how long a silence the first probe is sent
    /// @param interval how long after an unanswered one the next is
    /// @param count how many unanswered ones lose the connection
    public record KeepAlive(Duration idle, Duration interval, int count) {
        private static final int MOST_SECONDS = 32_767;
        private static final int MOST_PROBES = 127;

        /// Checks each.
        public KeepAlive {
            seconds("idle", idle);
            seconds("interval", interval);
            if (count < 1 || count > MOST_PROBES) {
                throw new IllegalArgumentException(
                        "keep-alive: " + count + " probes are not between 1 and " + MOST_PROBES);
            }
        }

        /// After a silence of `idle`, and then up to nine probes 75 seconds apart, as Linux does.
        public static KeepAlive after(Duration idle) {
            return new KeepAlive(idle, Duration.ofSeconds(75), 9);
        }

        private static void seconds(String name, Duration value) {
            if (!value.equals(Duration.ofSeconds(value.toSeconds())) || value.toSeconds() < 1
                    || value.toSeconds() > MOST_SECONDS) {
                throw new IllegalArgumentException("keep-alive: the " + name + " of " + value.toMillis()
                        + " ms is not between 1 and " + MOST_SECONDS + " whole seconds");
            }
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " is less than " + least);
        }
    }

    /// With other limits: `o.withLimits(l -> l.withConnections(50))`.
    public Options withLimits(UnaryOperator<Limits> change) {
        return new Options(change.apply(limits), timeouts, sockets, onFull);
    }

    /// With other times: `o.withTimeouts(t -> t.withIdle(Duration.ofMinutes(1)))`.
    public Options withTimeouts(UnaryOperator<Timeouts> change) {
        return new Options(limits, change.apply(timeouts), sockets, onFull);
    }

    /// With other socket options: `o.withSockets(s -> s.withBacklog(100))`.
    public Options withSockets(UnaryOperator<Sockets> change) {
        return new Options(limits, timeouts, change.apply(sockets), onFull);
    }

    /// With another answer to a client that comes when every place is taken.
    public Options withOnFull(OnFull answer) {
        return new Options(limits, timeouts, sockets, answer);
    }

    /// With another number of connections at once.
    public Options withMaxConnections(int most) {
        return withLimits(limits -> limits.withConnections(most));
    }

    /// With another idle time.
    public Options withIdleTimeout(Duration atMost) {
        return withTimeouts(timeouts -> timeouts.withIdle(atMost));
    }
}
