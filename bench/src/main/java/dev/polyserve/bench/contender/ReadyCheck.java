package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a contender shows that it serves.
sealed interface ReadyCheck {
    /// Hears a line of its output, and says whether that is worth keeping. The thread that reads it calls this, and
    /// must not wait.
    boolean said(String line);

    /// Waits until it serves, and returns where.
    ///
    /// @throws ContenderException when it ends before, or takes longer than that
    Endpoint await(StartedProcess process, Duration patience) throws ContenderException, InterruptedException;

    /// It says so, with the place: `polyserve serve`.
    final class ReadyLine implements ReadyCheck {
        private static final Pattern READY = Pattern
                .compile("polyserve: serving \\S+ on (.+) with \\S+ \\(pid \\d+\\)");

        private final CompletableFuture<Endpoint> ready = new CompletableFuture<>();

        @Override
        public boolean said(String line) {
            Matcher matcher = READY.matcher(line);
            if (!matcher.matches()) {
                return true;
            }
            ready.complete(Endpoint.parse(matcher.group(1)));
            return false;
        }

        @Override
        public Endpoint await(StartedProcess process, Duration patience)
                throws ContenderException, InterruptedException {
            try {
                CompletableFuture.anyOf(ready, process.onExit()).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw process.late("did not say within " + seconds(patience) + " that it serves", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("neither the ready line nor an exit can fail", e);
            }
            process.requireAlive();
            return ready.join();
        }
    }

    /// It accepts a connection, or echoes a datagram, at the place that it was given.
    ///
    /// @param endpoint that place
    record Answer(Endpoint endpoint) implements ReadyCheck {
        private static final long PAUSE_MILLIS = 20;

        @Override
        public boolean said(String line) {
            return true;
        }

        @Override
        public Endpoint await(StartedProcess process, Duration patience)
                throws ContenderException, InterruptedException {
            long deadline = System.nanoTime() + patience.toNanos();
            while (!ConnectProbe.isAnswered(endpoint)) {
                process.requireAlive();
                if (System.nanoTime() - deadline >= 0) {
                    throw process.late("did not listen at " + endpoint + " within " + seconds(patience)
                            + " (its command gets that place as " + Contender.Peer.PORT + " or " + Contender.Peer.PATH
                            + ", or from its environment as PORT or SOCKET)", null);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            process.requireAlive();
            return endpoint;
        }
    }

    private static String seconds(Duration patience) {
        return patience.toMillis() / 1_000.0 + " s";
    }
}
