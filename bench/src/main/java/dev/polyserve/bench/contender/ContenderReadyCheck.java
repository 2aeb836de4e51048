package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Detects when a contender is ready to serve.
sealed interface ContenderReadyCheck {
    /// Receives a line of the contender's output on the reading thread, and returns true for a line to keep. Must not
    /// block.
    boolean acceptLine(String line);

    /// Waits until the contender is ready, and returns its endpoint.
    ///
    /// @throws ContenderException when it ends before, or is not ready in time
    Endpoint await(ContenderRootProcess process, Duration timeout) throws ContenderException, InterruptedException;

    /// Waits for the ready line of `polyserve serve`, which names the endpoint.
    final class ReadyLine implements ContenderReadyCheck {
        private static final Pattern READY = Pattern
                .compile("polyserve: serving \\S+ on (.+) with \\S+ \\(pid \\d+\\)");

        private final CompletableFuture<Endpoint> ready = new CompletableFuture<>();

        @Override
        public boolean acceptLine(String line) {
            Matcher matcher = READY.matcher(line);
            if (!matcher.matches()) {
                return true;
            }
            ready.complete(Endpoint.parse(matcher.group(1)));
            return false;
        }

        @Override
        public Endpoint await(ContenderRootProcess process, Duration timeout)
                throws ContenderException, InterruptedException {
            try {
                CompletableFuture.anyOf(ready, process.onExit()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw process.timedOut("did not print its ready line within " + seconds(timeout), e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("neither future completes exceptionally", e);
            }
            process.requireAlive();
            return ready.join();
        }
    }

    /// Waits until the contender accepts a connection, or echoes a datagram, at its endpoint.
    ///
    /// @param endpoint the endpoint that it was started with
    record Answer(Endpoint endpoint) implements ContenderReadyCheck {
        private static final long PROBE_INTERVAL_MILLIS = 20;

        @Override
        public boolean acceptLine(String line) {
            return true;
        }

        @Override
        public Endpoint await(ContenderRootProcess process, Duration timeout)
                throws ContenderException, InterruptedException {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (!ConnectProbe.isAnswered(endpoint)) {
                process.requireAlive();
                if (System.nanoTime() - deadline >= 0) {
                    throw process.timedOut("did not listen on " + endpoint + " within " + seconds(timeout)
                            + " (its command receives that endpoint as " + Contender.Peer.PORT + " or "
                            + Contender.Peer.PATH
                            + ", or in the environment variable PORT or SOCKET)", null);
                }
                Thread.sleep(PROBE_INTERVAL_MILLIS);
            }
            process.requireAlive();
            return endpoint;
        }
    }

    private static String seconds(Duration timeout) {
        return timeout.toMillis() / 1_000.0 + " s";
    }
}
