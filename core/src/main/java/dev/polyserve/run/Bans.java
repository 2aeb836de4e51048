package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The addresses whose connections are refused for a while, because they broke limits too often ([Options.Ban]).
///
/// ```
///   unknown ──offence──▶ suspect ──offences within the time──▶ banned ──time over, lifted, table full──▶ unknown
/// ```
///
/// As a listener it counts the offences. Both tables are bounded: the address whose last offence, or whose ban, is the
/// oldest makes room. An IPv6 address stands for its /64 network.
///
/// **Thread**: any.
final class Bans implements ServerListener {
    /// The most addresses that are banned, and the most whose offences are counted.
    static final int MOST_ADDRESSES = 10_000;
    private static final int LINES_PER_SECOND = 20;
    private static final int V4_BITS = 32;
    private static final int COUNTED_V6_BITS = 64;

    private final Supplier<Options> options;
    private final ServerLog log;
    private final RateLimitedLog lines;
    private final NanoClock clock;
    private final ObjLongConsumer<Runnable> later;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// The suspects, the one with the oldest last offence first. Guarded by `lock`, like `banned`.
    private final Map<Networks, Offences> suspects = new LinkedHashMap<>();
    /// The end of each ban, the oldest ban first.
    private final Map<Networks, Long> banned = new LinkedHashMap<>();
    /// Whether any address is banned, so that a server without bans takes no lock.
    private volatile boolean any;

    /// @param options returns the options in force
    /// @param later runs a task after some nanoseconds
    Bans(Supplier<Options> options, ServerLog log, NanoClock clock, ObjLongConsumer<Runnable> later) {
        this.options = options;
        this.log = log;
        this.lines = new RateLimitedLog(log, clock, LINES_PER_SECOND);
        this.clock = clock;
        this.later = later;
    }

    /// Whether connections of this peer are refused now.
    boolean refuses(SocketAddress peer) {
        if (!any) {
            return false;
        }
        Networks network = networkOf(peer);
        if (network == null) {
            return false;
        }
        lock.lock();
        try {
            Long end = banned.get(network);
            return end != null && end - clock.nanos() > 0;
        } finally {
            lock.unlock();
        }
    }

    /// The addresses that are banned, and how long they still are; the oldest ban first.
    Map<Networks, Duration> list() {
        long now = clock.nanos();
        Map<Networks, Duration> left = new LinkedHashMap<>();
        lock.lock();
        try {
            banned.forEach((network, end) -> left.put(network, Duration.ofNanos(Math.max(0, end - now))));
        } finally {
            lock.unlock();
        }
        return left;
    }

    /// Takes over the bans of another program, the oldest first: each goes on for as long as it still was. Without a rule for
    /// bans there are none.
    void take(Map<Networks, Duration> others) {
        if (!others.isEmpty() && options.get().access().ban().isPresent()) {
            others.forEach((network, left) -> begin(network, ServerContext.nanos(left)));
            info("bans are taken over: " + others.size());
        }
    }

    /// Begins a ban, unless there is one.
    ///
    /// @return whether it has begun
    private boolean begin(Networks network, long nanos) {
        long end = clock.nanos() + nanos;
        Networks forgotten;
        lock.lock();
        try {
            suspects.remove(network);
            if (banned.putIfAbsent(network, end) != null) {
                return false;
            }
            forgotten = oldestBeyond(banned);
            any = true;
        } finally {
            lock.unlock();
        }
        if (forgotten != null) {
            info("the ban of " + forgotten + " is over, because there are more than " + MOST_ADDRESSES);
        }
        later.accept(() -> over(network, end), nanos);
        return true;
    }

    /// Ends the ban of this address.
    ///
    /// @return whether it was banned
    boolean lift(InetAddress address) {
        Networks network = networkOf(new InetSocketAddress(address, 0));
        boolean lifted = network != null && ends(network, null);
        if (lifted) {
            info("the ban of " + network + " was lifted");
        }
        return lifted;
    }

    /// Ends all bans.
    ///
    /// @return how many there were
    int liftAll() {
        int count;
        lock.lock();
        try {
            count = banned.size();
            banned.clear();
            suspects.clear();
            any = false;
        } finally {
            lock.unlock();
        }
        if (count > 0) {
            info("all bans were lifted: " + count);
        }
        return count;
    }

    /// The options have changed: without the rule for bans, there are none.
    void optionsChanged() {
        if (options.get().access().ban().isEmpty()) {
            int _ = liftAll();
        }
    }

    // --- offences ---

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        limit.ifPresent(reached -> limitBroken(connection, reached));
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        switch (cause) {
            case Cause.TimedOut late -> limitBroken(connection, late.limit());
            case Cause.LimitReached reached -> limitBroken(connection, reached.limit());
            case Cause.Done _, Cause.PeerReset _, Cause.Failed _, Cause.Stopped _ -> {
                // The peer broke no limit.
            }
        }
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        if (error instanceof SSLException && !isBegunHere(connection)) {
            offends(connection.peer(), "a failure of TLS");
        }
    }

    /// The peer of a connection that the server has begun is no client.
    private static boolean isBegunHere(ConnectionInfo connection) {
        return connection instanceof Conversation own && own.isBegunHere();
    }

    /// The sender of datagrams can be forged, so an address is not banned for them.
    private void limitBroken(ConnectionInfo connection, Limit limit) {
        if (connection.endpoint().datagram() || isBegunHere(connection)) {
            return;
        }
        SocketAddress peer = connection.peer();
        boolean byPeer = switch (limit) {
            case CONNECTIONS_PER_ADDRESS, FRAME, BUFFER_PER_CONNECTION, FIRST_BYTE, WRITE_STALL, MIN_RATE,
                    TLS_HANDSHAKE ->
                true;
            case PROXY_HEADER -> !maySendHeaders(peer);
            case CONNECTIONS, QUEUE, BUFFER_TOTAL, SENDER_QUEUE, DATAGRAM, DATAGRAM_QUEUE, IDLE, CONVERSATION, READ,
                    NETWORK,
                    TLS_HANDSHAKES, ACCEPT_RATE, BAN, CONNECT ->
                false;
        };
        if (byPeer) {
            offends(peer, limit.label());
        }
    }

    /// Whether it is a load balancer: to ban it would shut all its clients out.
    private boolean maySendHeaders(SocketAddress peer) {
        Options.ProxyProtocol proxy = options.get().proxyProtocol();
        return proxy.senders().contains(peer)
                || proxy.sendersAt().values().stream().anyMatch(senders -> senders.contains(peer));
    }

    private void offends(SocketAddress peer, String how) {
        Options.@Nullable Ban rule = options.get().access().ban().orElse(null);
        Networks network = networkOf(peer);
        if (rule != null && network != null && isOneTooMany(network, rule)) {
            ban(network, rule, how);
        }
    }

    private void ban(Networks network, Options.Ban rule, String how) {
        if (begin(network, ServerContext.nanos(rule.length()))) {
            lines.warn(network + " is banned for " + rule.length().toSeconds() + " s, because it broke limits "
                    + rule.offences() + " times within " + rule.within().toSeconds() + " s; the last was: " + how);
        }
    }

    private boolean isOneTooMany(Networks network, Options.Ban rule) {
        long now = clock.nanos();
        lock.lock();
        try {
            if (banned.containsKey(network)) {
                return false;
            }
            Offences offences = suspects.remove(network);
            if (offences == null || offences.most() != rule.offences()) {
                offences = new Offences(new long[rule.offences()]);
            }
            suspects.put(network, offences);
            Networks _ = oldestBeyond(suspects);
            return offences.add(now, ServerContext.nanos(rule.within()));
        } finally {
            lock.unlock();
        }
    }

    /// Removes the oldest entry if there are too many.
    private static @Nullable Networks oldestBeyond(Map<Networks, ?> table) {
        if (table.size() <= MOST_ADDRESSES) {
            return null;
        }
        Iterator<Networks> all = table.keySet().iterator();
        Networks oldest = all.next();
        all.remove();
        return oldest;
    }

    private void over(Networks network, long end) {
        if (ends(network, end)) {
            info("the ban of " + network + " is over");
        }
    }

    /// @param end that of the ban that is to end; null: whatever it is
    private boolean ends(Networks network, @Nullable Long end) {
        lock.lock();
        try {
            Long known = banned.get(network);
            if (known == null || (end != null && !known.equals(end))) {
                return false;
            }
            banned.remove(network);
            any = !banned.isEmpty();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void info(String line) {
        log.log(System.Logger.Level.INFO, () -> line, null);
    }

    /// What is counted and banned: an IPv4 address or an IPv6 /64 network, as for the connections of one address; null for a
    /// Unix peer.
    private static @Nullable Networks networkOf(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress inet) || inet.isUnresolved()) {
            return null;
        }
        InetAddress address = inet.getAddress();
        return Networks.of(address, address instanceof Inet6Address ? COUNTED_V6_BITS : V4_BITS);
    }

    /// The times of the last offences of one address, in a ring.
    ///
    /// **Thread**: the one that holds the lock.
    private static final class Offences {
        private final long[] times;
        private int count;

        Offences(long[] times) {
            this.times = times;
        }

        int most() {
            return times.length;
        }

        /// Adds one.
        ///
        /// @return whether so many have come within this time
        boolean add(long now, long withinNanos) {
            times[count % times.length] = now;
            count++;
            if (count < times.length) {
                return false;
            }
            if (count == 2 * times.length) {
                count = times.length;
            }
            return now - times[count % times.length] <= withinNanos;
        }
    }
}
