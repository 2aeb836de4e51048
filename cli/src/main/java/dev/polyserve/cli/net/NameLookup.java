package dev.polyserve.cli.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Resolves names on threads of its own. The system's resolver (`getaddrinfo(3)`) is a native call that blocks for
/// seconds when a name server does not answer, which would stall an event loop.
///
/// **Thread**: any; the wait unmounts a virtual thread.
final class NameLookup {
    private static final int LOOKUPS_AT_ONCE = 16;
    private static final int REST_SECONDS = 10;
    private static final ThreadPoolExecutor LOOKUPS = new ThreadPoolExecutor(LOOKUPS_AT_ONCE, LOOKUPS_AT_ONCE,
            REST_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("polyserve-lookup-", 0).factory());

    static {
        LOOKUPS.allowCoreThreadTimeOut(true);
    }

    private NameLookup() {}

    /// All addresses of the host, alternating between address families, with the family that the system prefers first
    /// (RFC 8305, section 4). A literal address needs no look-up.
    ///
    /// @throws IOException when the name is unknown, or not resolved in time
    static List<InetAddress> addresses(String host, Duration atMost) throws IOException, InterruptedException {
        if (isLiteral(host)) {
            return List.of(InetAddress.ofLiteral(host));
        }
        Future<InetAddress[]> lookup = LOOKUPS.submit(() -> InetAddress.getAllByName(host));
        try {
            return interleaved(Arrays.asList(lookup.get(atMost.toNanos(), TimeUnit.NANOSECONDS)));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw new IOException("unknown host " + host, e);
            }
            throw new IOException("the host " + host + " cannot be resolved: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("the host " + host + " was not resolved within " + atMost.toSeconds()
                    + " s: does the name server answer?", e);
        } finally {
            lookup.cancel(false);
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
    static List<InetAddress> interleaved(List<InetAddress> preferred) {
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
