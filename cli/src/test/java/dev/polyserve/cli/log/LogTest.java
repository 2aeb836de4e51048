package dev.polyserve.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Tests of log lines.
class LogTest {
    @Test
    void textAndJsonLines() {
        assertThat(logged(false, log -> log.info("hello", "n", 1)))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  hello\n");
        assertThat(logged(false, log -> {
            log.configure(ConsoleLog.Format.JSON, false);
            log.warn("hello", null, "n", 1);
        })).matches("\\{\"time\":\"[^\"]+Z\",\"level\":\"WARN\",\"message\":\"hello\",\"n\":1}\n");
    }

    @Test
    void clientsCannotForgeALogLine() {
        assertThat(logged(false, log -> log.info("a\n2026 INFO b\u001b[0m")))
                .endsWith("INFO  a\n    2026 INFO b\\x1b[0m\n");
        IllegalStateException told = new IllegalStateException("\u001b[2J\u009b");
        assertThat(logged(true, log -> log.warn("x", told))).doesNotContain("\u001b", "\u009b")
                .contains("\\x1b[2J\\x9b");
        assertThat(logged(false, log -> {
            log.configure(ConsoleLog.Format.JSON, false);
            log.info("\u009b2J", "peer", "\u009b2J");
        })).doesNotContain("\u009b").contains("\"message\":\"\\u009b2J\"", "\"peer\":\"\\u009b2J\"");
    }

    @Test
    void stacksAreForDebugOnly() {
        IllegalStateException boom = new IllegalStateException("boom");
        assertThat(logged(false, log -> log.warn("x", boom))).doesNotContain("\tat ");
        assertThat(logged(true, log -> log.warn("x", boom))).contains("\tat ");
    }

    @Test
    void quietLogsOnlyWarningsAndReplies() {
        assertThat(logged(false, log -> {
            log.configure(ConsoleLog.Format.TEXT, true);
            log.info("info");
            log.warn("warn", null);
            log.answer("answer");
        }).lines()).hasSize(2).noneMatch(line -> line.contains("info"));
    }

    @Test
    void systemLoggersWriteToTheLog() {
        assertThat(System.getLogger("dev.polyserve.test")).extracting(Object::getClass).asString()
                .doesNotContain("sun.util.logging");
        String text = logged(false, log -> {
            log.install();
            System.Logger ours = System.getLogger("dev.polyserve.test");
            ours.log(Level.INFO, "number {0}", 5);
            ours.log(Level.DEBUG, "hidden");
            ours.log(Level.WARNING, "it failed", new IllegalStateException("boom"));
            System.getLogger("java.other").log(Level.INFO, "hidden");
        });
        assertThat(text).contains("INFO  number 5\n", "WARN  it failed: java.lang.IllegalStateException: boom\n")
                .doesNotContain("hidden", "\tat ");
    }

    @Test
    void aFloodGivesOneLinePerSecond() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        OncePerSecondLimiter once = new OncePerSecondLimiter(nanos::get);
        List<String> reports = new ArrayList<>();
        once.report(reports::add);
        once.report(reports::add);
        once.report(reports::add);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        once.report(reports::add);
        assertThat(reports).containsExactly("", " (and 2 more like it before)");
    }

    private static String logged(boolean debug, Consumer<ConsoleLog> what) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ConsoleLog log = new ConsoleLog(new PrintStream(err), debug)) {
            what.accept(log);
        }
        return err.toString(StandardCharsets.UTF_8);
    }
}
