package dev.polyserve;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// All settings of a server except endpoints, handler and model: all have finite defaults.
///
/// Immutable, as is each group in it: a `with…` method returns another one. Two with the same settings are equal.
public final class Options extends ValueObject {
    private static final Options DEFAULTS = new Options(new OptionValues());

    private final OptionValues values;

    private Options(OptionValues values) {
        super(values);
        this.values = values;
    }

    private Options with(Consumer<OptionValues> change) {
        return new Options(ValueFields.changed(values, change));
    }

    /// The defaults.
    public static Options defaults() {
        return DEFAULTS;
    }

    /// The limits on numbers and bytes.
    public Limits limits() {
        return values.limits;
    }

    /// The time limits.
    public Timeouts timeouts() {
        return values.timeouts;
    }

    /// The socket options.
    public Sockets sockets() {
        return values.sockets;
    }

    /// From which peers connections begin with a PROXY header.
    public ProxyProtocol proxyProtocol() {
        return values.proxyProtocol;
    }

    /// From which networks clients may come.
    public Access access() {
        return values.access;
    }

    /// What happens to a new client while the maximum number of connections is open.
    public OnFull onFull() {
        return values.onFull;
    }

    /// With other limits: `o.withLimits(l -> l.withConnections(50))`.
    public Options withLimits(UnaryOperator<Limits> change) {
        return with(values -> values.limits = change.apply(values.limits));
    }

    /// With other times: `o.withTimeouts(t -> t.withIdle(Duration.ofMinutes(1)))`.
    public Options withTimeouts(UnaryOperator<Timeouts> change) {
        return with(values -> values.timeouts = change.apply(values.timeouts));
    }

    /// With other socket options: `o.withSockets(s -> s.withBacklog(100))`.
    public Options withSockets(UnaryOperator<Sockets> change) {
        return with(values -> values.sockets = change.apply(values.sockets));
    }

    /// With other rules for PROXY headers: `o.withProxyProtocol(p -> p.withSenders(Networks.parse("10.0.0.0/8")))`.
    public Options withProxyProtocol(UnaryOperator<ProxyProtocol> change) {
        return with(values -> values.proxyProtocol = change.apply(values.proxyProtocol));
    }

    /// With other networks that clients may come from: `o.withAccess(a -> a.withAllowed(Networks.parse("10.0.0.0/8")))`.
    public Options withAccess(UnaryOperator<Access> change) {
        return with(values -> values.access = change.apply(values.access));
    }

    /// With another behavior for a new client while the maximum number of connections is open.
    public Options withOnFull(OnFull answer) {
        return with(values -> values.onFull = answer);
    }

    /// With another number of connections at once.
    public Options withMaxConnections(int most) {
        return withLimits(limits -> limits.withConnections(most));
    }

    /// With another idle time.
    public Options withIdleTimeout(Duration atMost) {
        return withTimeouts(timeouts -> timeouts.withIdle(atMost));
    }

    /// Limits on numbers and bytes.
    public static final class Limits extends ValueObject {
        /// The most that UDP carries over IPv4.
        public static final int MAX_DATAGRAM_BYTES = 65_507;

        static final Limits DEFAULTS = new Limits(new LimitOptionValues());

        private final LimitOptionValues values;

        private Limits(LimitOptionValues values) {
            super(values);
            this.values = values;
        }

        private Limits with(Consumer<LimitOptionValues> change) {
            return new Limits(ValueFields.changed(values, change));
        }

        /// Connections at once.
        public int connections() {
            return values.connections;
        }

        /// Connections at once from one IPv4 address or IPv6 /64 network; 0: no limit of its own.
        public int connectionsPerAddress() {
            return values.connectionsPerAddress;
        }

        /// Connections that wait for a thread of a pool.
        public int queue() {
            return values.queue;
        }

        /// The longest frame or line.
        public int frameBytes() {
            return values.frameBytes;
        }

        /// The amount of unsent output above which input is not read.
        public int highWaterBytes() {
            return values.highWaterBytes;
        }

        /// Input and output buffered for one connection.
        public int bufferBytesPerConnection() {
            return values.bufferBytesPerConnection;
        }

        /// Input and output buffered for all connections.
        public long bufferBytesTotal() {
            return values.bufferBytesTotal;
        }

        /// The bytes that other threads may queue through one [Sender].
        public int senderQueueBytes() {
            return values.senderQueueBytes;
        }

        /// The longest datagram that is received whole.
        public int datagramBytes() {
            return values.datagramBytes;
        }

        /// The bytes of the datagrams that wait for the handler of one session ([ServerBuilder#sessions]), with two for each. One
        /// may always wait.
        public int datagramQueueBytes() {
            return values.datagramQueueBytes;
        }

        /// With another bound on the datagrams that wait for one session.
        public Limits withDatagramQueueBytes(int most) {
            return with(values -> values.datagramQueueBytes = most);
        }

        /// With another number of connections at once.
        public Limits withConnections(int most) {
            return with(values -> values.connections = most);
        }

        /// With another number of connections from one address; 0: no limit of its own.
        public Limits withConnectionsPerAddress(int most) {
            return with(values -> values.connectionsPerAddress = most);
        }

        /// With another length of a pool's queue.
        public Limits withQueue(int most) {
            return with(values -> values.queue = most);
        }

        /// With another longest frame; the buffer per connection grows with it where necessary.
        public Limits withFrameBytes(int most) {
            return with(values -> {
                values.frameBytes = most;
                values.bufferBytesPerConnection = (int) Math.min(Integer.MAX_VALUE - 64,
                        Math.max(values.bufferBytesPerConnection, 2L * most));
            });
        }

        /// With another high-water mark.
        public Limits withHighWaterBytes(int mark) {
            return with(values -> values.highWaterBytes = mark);
        }

        /// With other bounds on buffered bytes, for one connection and for all.
        public Limits withBufferBytes(int perConnection, long total) {
            return with(values -> {
                values.bufferBytesPerConnection = perConnection;
                values.bufferBytesTotal = total;
            });
        }

        /// With another bound on the queue of a [Sender].
        public Limits withSenderQueueBytes(int most) {
            return with(values -> values.senderQueueBytes = most);
        }

        /// Handshakes of TLS under way at once, from the first bytes of the client on; the connections beyond wait.
        public int tlsHandshakes() {
            return values.tlsHandshakes;
        }

        /// With another number of TLS handshakes under way at once.
        public Limits withTlsHandshakes(int most) {
            return with(values -> values.tlsHandshakes = most);
        }

        /// Connections accepted a second, at all endpoints together; more wait in the backlog; 0: no limit.
        public int acceptsPerSecond() {
            return values.acceptsPerSecond;
        }

        /// With another number of connections accepted a second; 0: no limit.
        public Limits withAcceptsPerSecond(int most) {
            return with(values -> values.acceptsPerSecond = most);
        }

        /// The bytes a second that a peer sends at least, over ten seconds in which the rest of a message is awaited whose
        /// beginning has arrived; 0: no limit. A connection that waits for the beginning of a message is idle, not slow.
        public int minInputBytesPerSecond() {
            return values.minInputBytesPerSecond;
        }

        /// With another least number of bytes a second within a message; 0: no limit.
        public Limits withMinInputBytesPerSecond(int least) {
            return with(values -> values.minInputBytesPerSecond = least);
        }

        /// With another longest datagram.
        public Limits withDatagramBytes(int most) {
            return with(values -> values.datagramBytes = most);
        }
    }

    /// Times, all finite by default. For the waits of connections (the first four, `tlsHandshake` and `connect`) zero means
    /// unlimited; for `drain` and `close` it means immediately; for `drainQuiet`, `stall`, `spin` and `handOff`, never.
    public static final class Timeouts extends ValueObject {
        static final Timeouts DEFAULTS = new Timeouts(new TimeoutOptionValues());

        private final TimeoutOptionValues values;

        private Timeouts(TimeoutOptionValues values) {
            super(values);
            this.values = values;
        }

        private Timeouts with(Consumer<TimeoutOptionValues> change) {
            return new Timeouts(ValueFields.changed(values, change));
        }

        /// The wait for a connection's first byte.
        public Duration firstByte() {
            return values.firstByte;
        }

        /// The time without a byte in either direction.
        public Duration idle() {
            return values.idle;
        }

        /// The wait for a peer that does not read.
        public Duration writeStall() {
            return values.writeStall;
        }

        /// The length of a whole connection.
        public Duration conversation() {
            return values.conversation;
        }

        /// How long [Server#drain()] lets conversations continue.
        public Duration drain() {
            return values.drain;
        }

        /// The quiet time after which, while draining, a connection that waits for input reads its end.
        public Duration drainQuiet() {
            return values.drainQuiet;
        }

        /// How long [Server#close()] lets conversations continue.
        public Duration close() {
            return values.close;
        }

        /// The length of an event loop's turn above which it is reported.
        public Duration stall() {
            return values.stall;
        }

        /// How long an idle event loop polls before it blocks. A request that arrives meanwhile is served sooner, by
        /// the time to wake a thread, and the polling keeps the processor busy. It has no effect where there are as
        /// many loops as processors.
        public Duration spin() {
            return values.spin;
        }

        /// How long the code of a [Handler] may occupy its event loop's thread before another thread goes on with the
        /// loop. A handler that took longer begins beside the loop's thread from then on, until it is shorter again.
        public Duration handOff() {
            return values.handOff;
        }

        /// The whole handshake of TLS, with all waits in it but the one for room ([Limits#tlsHandshakes]), which is limited
        /// to six times as long at `tls://` endpoints.
        public Duration tlsHandshake() {
            return values.tlsHandshake;
        }

        /// How long an outgoing connection may take until it is connected ([Connection#connect(Endpoint)]), with the look-up of
        /// its host and all attempts.
        public Duration connect() {
            return values.connect;
        }

        /// With another time to connect.
        public Timeouts withConnect(Duration atMost) {
            return with(values -> values.connect = atMost);
        }

        /// With another time for the handshake of TLS.
        public Timeouts withTlsHandshake(Duration atMost) {
            return with(values -> values.tlsHandshake = atMost);
        }

        /// With another wait for the first byte.
        public Timeouts withFirstByte(Duration atMost) {
            return with(values -> values.firstByte = atMost);
        }

        /// With another idle time; a shorter one also bounds the wait for the first byte.
        public Timeouts withIdle(Duration atMost) {
            return with(values -> values.idle = atMost);
        }

        /// With another wait for a peer that does not read.
        public Timeouts withWriteStall(Duration atMost) {
            return with(values -> values.writeStall = atMost);
        }

        /// With another length of the whole conversation.
        public Timeouts withConversation(Duration atMost) {
            return with(values -> values.conversation = atMost);
        }

        /// With another time to drain.
        public Timeouts withDrain(Duration atMost) {
            return with(values -> values.drain = atMost);
        }

        /// With another quiet time after which a draining server ends a waiting connection's input.
        public Timeouts withDrainQuiet(Duration quiet) {
            return with(values -> values.drainQuiet = quiet);
        }

        /// With another time to close.
        public Timeouts withClose(Duration atMost) {
            return with(values -> values.close = atMost);
        }

        /// With another length of a loop's turn above which it is reported.
        public Timeouts withStall(Duration longest) {
            return with(values -> values.stall = longest);
        }

        /// With another time for which an idle loop polls before it blocks.
        public Timeouts withSpin(Duration atMost) {
            return with(values -> values.spin = atMost);
        }

        /// With another time for which a handler's code may occupy its event loop's thread.
        public Timeouts withHandOff(Duration atMost) {
            return with(values -> values.handOff = atMost);
        }
    }

    /// Options of the system's sockets. Zero, and no keep-alive, keep the system's defaults.
    ///
    /// Models without descriptors refuse at the start options that only the models on descriptors (`polling` to
    /// `epoll-et`) support. Corking (TCP_CORK) is not among them: the output of a handler is collected anyway until it
    /// reads, flushes or ends, and is then sent in one call.
    public static final class Sockets extends ValueObject {
        static final Sockets DEFAULTS = new Sockets(new SocketOptionValues());

        private final SocketOptionValues values;

        private Sockets(SocketOptionValues values) {
            super(values);
            this.values = values;
        }

        private Sockets with(Consumer<SocketOptionValues> change) {
            return new Sockets(ValueFields.changed(values, change));
        }

        /// The connections that the kernel queues until they are accepted.
        public int backlog() {
            return values.backlog;
        }

        /// Whether a port may be bound again while old connections linger in TIME_WAIT.
        public boolean reuseAddress() {
            return values.reuseAddress;
        }

        /// Whether small TCP writes go out at once (TCP_NODELAY).
        public boolean noDelay() {
            return values.noDelay;
        }

        /// The kernel's receive buffer per TCP connection or UDP port (SO_RCVBUF); the kernel may grant less, and
        /// doubles the value for its own bookkeeping.
        public int receiveBufferBytes() {
            return values.receiveBufferBytes;
        }

        /// The kernel's send buffer, likewise, and per Unix connection (SO_SNDBUF).
        public int sendBufferBytes() {
            return values.sendBufferBytes;
        }

        /// Whether and how a silent TCP connection is probed.
        public Optional<KeepAlive> keepAlive() {
            return values.keepAlive;
        }

        /// The time without acknowledgement after which a TCP connection is lost (TCP_USER_TIMEOUT); on descriptors.
        public Duration userTimeout() {
            return values.userTimeout;
        }

        /// How long the kernel withholds a TCP connection without data from the server (TCP_DEFER_ACCEPT), in steps of
        /// the handshake's retransmission; for protocols in which the client speaks first; on descriptors.
        public Duration deferAccept() {
            return values.deferAccept;
        }

        /// With another backlog.
        public Sockets withBacklog(int connections) {
            return with(values -> values.backlog = connections);
        }

        /// With or without address reuse.
        public Sockets withReuseAddress(boolean reuse) {
            return with(values -> values.reuseAddress = reuse);
        }

        /// With or without Nagle's algorithm.
        public Sockets withNoDelay(boolean atOnce) {
            return with(values -> values.noDelay = atOnce);
        }

        /// With other kernel buffers; 0: the system's default.
        public Sockets withBufferBytes(int receive, int send) {
            return with(values -> {
                values.receiveBufferBytes = receive;
                values.sendBufferBytes = send;
            });
        }

        /// With silent TCP connections probed.
        public Sockets withKeepAlive(KeepAlive probes) {
            return with(values -> values.keepAlive = Optional.of(probes));
        }

        /// With another time without acknowledgement; zero: the system's default.
        public Sockets withUserTimeout(Duration atMost) {
            return with(values -> values.userTimeout = atMost);
        }

        /// With TCP connections withheld from the server until data arrives, for at most this time; zero: without.
        public Sockets withDeferAccept(Duration atMost) {
            return with(values -> values.deferAccept = atMost);
        }
    }

    /// The PROXY protocol, by which a load balancer in front of this server names the client of each connection
    /// (versions 1 and 2 of `doc/proxy-protocol.txt` of HAProxy).
    ///
    /// At an endpoint with senders, each connection must begin with a PROXY header, and is refused if it comes from another
    /// peer, has another beginning, or is late. At an endpoint of datagrams, that holds for each datagram, with version 2; only
    /// endpoints with senders of their own have such headers. Off by default.
    public static final class ProxyProtocol extends ValueObject {
        static final ProxyProtocol DEFAULTS = new ProxyProtocol(new ProxyProtocolOptionValues());

        private final ProxyProtocolOptionValues values;

        private ProxyProtocol(ProxyProtocolOptionValues values) {
            super(values);
            this.values = values;
        }

        private ProxyProtocol with(Consumer<ProxyProtocolOptionValues> change) {
            return new ProxyProtocol(ValueFields.changed(values, change));
        }

        /// Which versions of the header are accepted.
        public enum Versions {
            /// Version 1, a line of text.
            V1,
            /// Version 2, binary.
            V2,
            /// Either: the header's first byte tells them apart.
            ANY
        }

        /// The peers that must send a header to this endpoint; empty: the endpoint takes none.
        public Networks senders(Endpoint endpoint) {
            return values.sendersAt.getOrDefault(endpoint, values.senders);
        }

        /// The peers that must send a header to the stream endpoints that have no senders of their own.
        public Networks senders() {
            return values.senders;
        }

        /// The peers that must send a header, for each endpoint with senders of its own, also of datagrams.
        public Map<Endpoint, Networks> sendersAt() {
            return values.sendersAt;
        }

        /// The versions that are accepted of connections; a datagram has version 2.
        public Versions versions() {
            return values.versions;
        }

        /// The wait for a whole header.
        public Duration timeout() {
            return values.timeout;
        }

        /// With these senders at all stream endpoints that have none of their own.
        public ProxyProtocol withSenders(Networks peers) {
            return with(values -> values.senders = peers);
        }

        /// With these senders at one endpoint, in place of those for all.
        ///
        /// @param endpoint as it was given to the server
        public ProxyProtocol withSenders(Endpoint endpoint, Networks peers) {
            return with(values -> {
                Map<Endpoint, Networks> all = new HashMap<>(values.sendersAt);
                all.put(endpoint, peers);
                values.sendersAt = Map.copyOf(all);
            });
        }

        /// With other accepted versions.
        public ProxyProtocol withVersions(Versions accepted) {
            return with(values -> values.versions = accepted);
        }

        /// With another wait for a whole header.
        public ProxyProtocol withTimeout(Duration atMost) {
            return with(values -> values.timeout = atMost);
        }
    }

    /// The networks from which connections and datagrams are accepted: all by default.
    ///
    /// The most specific network that contains an address decides, and among equal ones the denied one. An address in none
    /// of them may come in unless there are allowed networks. Behind a load balancer it is the address in the PROXY header. A
    /// Unix peer has no address, and may always come in: the mode of the socket's file decides.
    public static final class Access extends ValueObject {
        static final Access DEFAULTS = new Access(new AccessOptionValues());

        private final AccessOptionValues values;

        private Access(AccessOptionValues values) {
            super(values);
            this.values = values;
        }

        private Access with(Consumer<AccessOptionValues> change) {
            return new Access(ValueFields.changed(values, change));
        }

        /// The networks from which clients may come; empty: all.
        public Networks allowed() {
            return values.allowed;
        }

        /// The networks from which no client may come.
        public Networks denied() {
            return values.denied;
        }

        /// When addresses that break limits are refused for a while; empty: never.
        public Optional<Ban> ban() {
            return values.ban;
        }

        /// Whether a client with this address may come in. It does not look at bans.
        public boolean admits(SocketAddress peer) {
            if (!(peer instanceof InetSocketAddress)) {
                return true;
            }
            Networks allowed = values.allowed.isEmpty() ? Networks.any() : values.allowed;
            return allowed.longestPrefix(peer) > values.denied.longestPrefix(peer);
        }

        /// With other allowed networks; none: all.
        public Access withAllowed(Networks networks) {
            return with(values -> values.allowed = networks);
        }

        /// With other denied networks.
        public Access withDenied(Networks networks) {
            return with(values -> values.denied = networks);
        }

        /// With addresses that break limits refused for a while.
        public Access withBan(Ban rule) {
            return with(values -> values.ban = Optional.of(rule));
        }

        /// Without bans.
        public Access withoutBan() {
            return with(values -> values.ban = Optional.empty());
        }
    }

    /// When an address is refused for a while: a client that breaks a limit of its own connections, or fails in the handshake of TLS,
    /// commits an offence. An IPv6 address stands for its /64 network.
    ///
    /// @param length how long it is refused
    /// @param offences how many offences it takes, from 1 to 100
    /// @param within the time in which they come
    public record Ban(Duration length, int offences, Duration within) {
        private static final int MOST_OFFENCES = 100;

        /// Checks each.
        public Ban {
            if (offences < 1 || offences > MOST_OFFENCES) {
                throw new IllegalArgumentException(
                        "ban: " + offences + " offences are not between 1 and " + MOST_OFFENCES);
            }
            if (!length.isPositive() || !within.isPositive()) {
                throw new IllegalArgumentException("ban: both times must be longer than 0");
            }
        }
    }

    /// How a silent TCP connection is probed (SO_KEEPALIVE), in whole seconds.
    ///
    /// @param idle the silence after which the first probe is sent
    /// @param interval the time between unanswered probes
    /// @param count the number of unanswered probes after which the connection is lost
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
}
