package dev.polyserve.io;

import dev.polyserve.conversation.NanoClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Resolves names on threads of its own, and keeps the addresses for a short time. The system's resolver (`getaddrinfo(3)`)
/// is a native call that blocks for seconds when a name server does not answer, which would stall an event loop.
///
/// ```
///   asked ─▶ kept, and not older than 10 s ─▶ addresses
///     ├────▶ another caller's look-up is under way ─▶ its result
///     └────▶ a look-up of its own ─▶ addresses, kept; or a failure, which the next caller asks for again
/// ```
///
/// **Thread**: any; the wait unmounts a virtual thread.
public final class NameLookup {
    /// How many names are kept at most.
    static final int MOST_NAMES = 1_000;
    /// How long the addresses of a name are kept; the JDK keeps them, too (`networkaddress.cache.ttl`).
    static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int LOOKUPS_AT_ONCE = 16;
    private static final int MOST_WAITING = 1_000;
    private static final int REST_SECONDS = 10;
    private static final ThreadPoolExecutor LOOKUPS = new ThreadPoolExecutor(LOOKUPS_AT_ONCE, LOOKUPS_AT_ONCE,
            REST_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("polyserve-lookup-", 0).factory());
    private static final NameLookup SYSTEM = new NameLookup(InetAddress::getAllByName, NanoClock.SYSTEM);

    static {
        LOOKUPS.allowCoreThreadTimeOut(true);
    }

    private final Resolver resolver;
    private final NanoClock clock;
    private final Map<String, Known> names = new ConcurrentHashMap<>();

    /// What asks the system.
    @FunctionalInterface
    interface Resolver {
        /// All addresses of the host, in the order of the system.
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /// A look-up that is under way, or its result.
    private static final class Known {
        private final CompletableFuture<List<InetAddress>> addresses = new CompletableFuture<>();
        /// Until when the result is kept; written before it is complete.
        private long untilNanos;

        boolean isUsable(long nowNanos) {
            return !addresses.isDone() || nowNanos - untilNanos < 0;
        }

        void complete(List<InetAddress> found, long until) {
            untilNanos = until;
            addresses.complete(found);
        }
    }

    NameLookup(Resolver resolver, NanoClock clock) {
        this.resolver = resolver;
        this.clock = clock;
    }

    /// All addresses of the host, alternating between address families, with the family that the system prefers first
    /// (RFC 8305, section 4). A literal address needs no look-up.
    ///
    /// @throws IOException when the name is unknown, or not resolved in time
    public static List<InetAddress> addresses(String host, Duration atMost) throws IOException, InterruptedException {
        return SYSTEM.lookUp(host, atMost);
    }

    List<InetAddress> lookUp(String host, Duration atMost) throws IOException, InterruptedException {
        if (isLiteral(host)) {
            return List.of(InetAddress.ofLiteral(host));
        }
        try {
            return known(host.toLowerCase(Locale.ROOT)).addresses.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case UnknownHostException _ -> new IOException("unknown host " + host, e);
                case RejectedExecutionException _ -> new IOException("the host " + host + " cannot be resolved while "
                        + MOST_WAITING + " others wait: does the name server answer?", e);
                case null, default -> new IOException(
                        "the host " + host + " cannot be resolved: " + e.getCause(), e);
            };
        } catch (TimeoutException e) {
            throw new IOException("the host " + host + " was not resolved within " + atMost.toMillis()
                    + " ms: does the name server answer?", e);
        }
    }

    /// The look-up of a name, begun now unless there is one.
    private Known known(String name) {
        while (true) {
            Known before = names.get(name);
            if (before != null && before.isUsable(clock.nanos())) {
                return before;
            }
            Known next = new Known();
            boolean begins = before == null
                    ? names.putIfAbsent(name, next) == null
                    : names.replace(name, before, next);
            if (begins) {
                makeRoom(next);
                begin(name, next);
                return next;
            }
        }
    }

    private void begin(String name, Known next) {
        try {
            LOOKUPS.execute(() -> resolve(name, next));
        } catch (RejectedExecutionException e) {
            fail(name, next, e);
        }
    }

    private void resolve(String name, Known next) {
        try {
            next.complete(interleaved(Arrays.asList(resolver.resolve(name))), clock.nanos() + KEPT_NANOS);
        } catch (UnknownHostException | RuntimeException | Error e) {
            fail(name, next, e);
        }
    }

    /// A failure is not kept: the JDK keeps it for 10 s (`networkaddress.cache.negative.ttl`).
    private void fail(String name, Known next, Throwable why) {
        boolean _ = names.remove(name, next);
        next.addresses.completeExceptionally(why);
    }

    /// Forgets old names, or any, when there are too many.
    private void makeRoom(Known newest) {
        if (names.size() > MOST_NAMES) {
            long now = clock.nanos();
            names.values().removeIf(one -> !one.isUsable(now));
        }
        var others = names.values().iterator();
        while (names.size() > MOST_NAMES && others.hasNext()) {
            if (!others.next().equals(newest)) {
                others.remove();
            }
        }
    }

    private static boolean isLiteral(String host) {
        try {
            return InetAddress.ofLiteral(host) != null;
        } catch (IllegalArgumentException e) {
            return false; // a name
        }
    }

    /// Alternates between the family of the first address and the other family, each in the system's order.
    public static List<InetAddress> interleaved(List<InetAddress> preferred) {
        if (preferred.isEmpty()) {
            return List.of();
        }
        Class<?> firstFamily = preferred.getFirst().getClass();
        List<InetAddress> first = preferred.stream().filter(firstFamily::isInstance).toList();
        List<InetAddress> second = preferred.stream().filter(address -> !firstFamily.isInstance(address)).toList();
        List<InetAddress> all = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            if (i < first.size()) {
                all.add(first.get(i));
            }
            if (i < second.size()) {
                all.add(second.get(i));
            }
        }
        return all;
    }
}
