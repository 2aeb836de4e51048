package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ServerLogTest {
    private static final int FAR_TOO_MANY = 10_000;
    private static final int MANY_LOOKS = 2_000;
    private static final long LONG_MILLIS = TimeUnit.SECONDS.toMillis(20);
    private static final Pattern LOST = Pattern.compile("lines lost, because this log did not take them: (\\d+)");

    private final Sink sink = new Sink();
    private final ServerLog log = new ServerLog(sink, MANY_LOOKS, LONG_MILLIS);

    @Test
    void keepsNoThreadWaitingForASinkThatTakesNothingAndCountsWhatIsLost() throws Exception {
        log.start();
        sink.sticks = true;
        log.warn("line 0", null);
        assertThat(sink.stuck.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i < FAR_TOO_MANY; i++) {
            log.warn("line " + i, null);
        }
        sink.taking.countDown();
        assertThat(sink.next()).isEqualTo("line 0");
        Matcher count = LOST.matcher(sink.next());
        assertThat(count.matches()).as("what is lost is said before the next line").isTrue();
        int lost = Integer.parseInt(count.group(1));
        for (int i = 1; i < FAR_TOO_MANY - lost; i++) {
            assertThat(sink.next()).isEqualTo("line " + i);
        }
        log.close();
        assertThat(sink.written()).isEmpty();
    }

    @Test
    void aFailureThatCannotBeLoggedForLackOfMemoryIsCounted() {
        log.threw(Level.WARNING, "the listener ", new Object() {
            @Override
            public String toString() {
                throw new OutOfMemoryError("for the test");
            }
        }, new IllegalStateException("why"));
        log.threw(Level.WARNING, "the listener ", "one", new IllegalStateException("why"));
        assertThat(sink.written()).containsExactly("lines lost, because this log did not take them: 1",
                "the listener one threw java.lang.IllegalStateException: why");
    }

    @Test
    void isEmptyWhenItIsClosed() {
        log.start();
        for (int i = 0; i < 100; i++) {
            log.warn("line " + i, null);
        }
        log.close();
        assertThat(sink.written()).hasSize(100).startsWith("line 0").endsWith("line 99");
    }

    @Test
    void isWrittenByTheCallerBeforeAndAfter() {
        log.warn("before", null);
        assertThat(sink.written()).containsExactly("before");
        log.start();
        log.close();
        log.warn("after", null);
        assertThat(sink.written()).containsExactly("before", "after");
    }

    @Test
    void closesThoughItsSinkTakesNothing() throws Exception {
        ServerLog impatient = new ServerLog(sink, 1, LONG_MILLIS);
        impatient.start();
        sink.sticks = true;
        impatient.warn("stuck", null);
        impatient.close();
        impatient.warn("late", null);
        assertThat(sink.written()).isEmpty();
        sink.taking.countDown();
        assertThat(sink.next()).isEqualTo("stuck");
        assertThat(sink.next()).isEqualTo("late");
    }

    /// On a machine that is too busy to run the writing thread, each line is written in time, but not all of them.
    @Test
    void losesNoLineOfASlowSinkThatIsNotStuck() {
        ServerLog slow = new ServerLog(sink, 50, LONG_MILLIS);
        slow.start();
        sink.lineMillis = 200;
        for (int i = 0; i < 4; i++) {
            slow.warn("line " + i, null);
        }
        slow.close();
        assertThat(sink.written()).containsExactly("line 0", "line 1", "line 2", "line 3");
    }

    @Test
    void closesInTimeThoughItsSinkIsSlow() {
        ServerLog slow = new ServerLog(sink, MANY_LOOKS, 50);
        slow.start();
        sink.lineMillis = 20;
        for (int i = 0; i < 500; i++) {
            slow.warn("line " + i, null);
        }
        slow.close();
        assertThat(sink.written()).hasSizeLessThan(500);
    }

    @Test
    void goesOnWhenItsSinkFails() {
        log.start();
        sink.fails = true;
        log.warn("lost", null);
        log.close();
        sink.fails = false;
        log.warn("then", null);
        assertThat(sink.written()).containsExactly("lines lost, because this log did not take them: 1",
                "then");
    }

    @Test
    void asksForNoTextThatIsNotWanted() {
        log.log(System.Logger.Level.DEBUG, () -> {
            throw new AssertionError("asked");
        }, null);
        assertThat(sink.written()).isEmpty();
    }

    /// Accepts lines when the test permits it.
    private static final class Sink implements System.Logger {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final CountDownLatch stuck = new CountDownLatch(1);
        private final CountDownLatch taking = new CountDownLatch(1);
        private volatile boolean sticks;
        private volatile boolean fails;
        private volatile long lineMillis;

        String next() throws InterruptedException {
            String line = lines.poll(10, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no line was written");
            }
            return line;
        }

        /// The lines written and not yet checked.
        List<String> written() {
            return new ArrayList<>(lines);
        }

        @Override
        public String getName() {
            return "sink";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.INFO.getSeverity();
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String line,
                @Nullable Throwable error) {
            if (fails) {
                throw new IllegalStateException("the disk is full");
            }
            if (sticks) {
                stuck.countDown();
                try {
                    taking.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("a log is not interrupted", e);
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(lineMillis));
            lines.add(String.valueOf(line));
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format,
                @Nullable Object @Nullable... parameters) {
            throw new AssertionError("a line is no format");
        }
    }
}
