package dev.polyserve.linux.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.InetdCommand;
import dev.polyserve.DrainReport;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Server;
import dev.polyserve.conversation.Conversation;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A program for each connection: its beginning, its client's end and its own.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class InetdRunnerTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int NARROW_BYTES = 4 << 10;
    private static final String IGNORING = "trap '' TERM HUP PIPE; echo ready; while true; do sleep 0.1; done";

    @TempDir
    private Path directory;

    private static InetdCommand shell(String script) {
        return InetdCommand.of("sh", "-c", script);
    }

    /// Waits until no process has the file open that the processes of a test were given as descriptor 9.
    private void awaitNoneHas(Path file) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (new ProcessBuilder("flock", "-n", file.toString(), "true").start().waitFor() != 0) {
            assertThat(System.nanoTime()).as("a process still has " + file).isLessThan(deadline);
        }
    }

    private Path held() throws Exception {
        return Files.createFile(directory.resolve("held"));
    }

    private static String holding(Path file, String script) {
        return "exec 9>>" + file + "; flock 9; " + script;
    }

    @Test
    void itReadsAndWritesTheConnection() throws Exception {
        try (CommandServer cat = CommandServer.command(InetdCommand.of("cat"), builder -> builder)) {
            assertThat(cat.server.model()).isEqualTo(Model.process());
            assertThat(cat.talk("hello\n")).isEqualTo("hello\n");
            CommandServer.Closed closed = cat.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Done(true));
            assertThat(closed.exit().code()).hasValue(0);
            assertThat(closed.exit().text()).isEqualTo("exit 0");
            assertThat(closed.exit().cpu()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
            assertThat(closed.connection().bytesIn()).isEqualTo(6);
            assertThat(closed.connection().bytesOut()).isEqualTo(6);
        }
    }

    @Test
    void theClientSeesTheEndWhenItEndsThoughItsInputIsUnread() throws Exception {
        try (CommandServer first = CommandServer.shell("read line; echo you said $line; exit 3");
                Socket socket = first.connect()) {
            socket.getOutputStream().write("one\ntwo\nthree\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(CommandServer.readLine(socket)).isEqualTo("you said one");
            assertThat(socket.getInputStream().read()).isNegative();
            CommandServer.Closed closed = first.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Done(false));
            assertThat(closed.exit().code()).hasValue(3);
        }
    }

    @Test
    void itsLastBytesComeToAClientThatGoesOnSending() throws Exception {
        int bytes = 3_000_000;
        try (CommandServer serves = CommandServer.shell("read line; head -c " + bytes + " /dev/zero");
                Socket socket = serves.connect()) {
            socket.getOutputStream().write("one\n".getBytes(StandardCharsets.UTF_8));
            assertThat(readWhileItSends(socket)).isEqualTo(bytes);
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Done(false));
            assertThat(closed.exit().code()).hasValue(0);
        }
    }

    @Test
    void aResetBeforeTheClientHasEverythingIsTold() throws Exception {
        try (CommandServer serves = CommandServer.shell("head -c 256000 /dev/zero"); Socket socket = serves.connect()) {
            assertThat(socket.getInputStream().read()).isZero();
            while (serves.exits() == 0) {
                Thread.onSpinWait();
            }
            CommandServer.reset(socket);
            assertThat(serves.awaitClosed().cause()).isInstanceOf(Cause.PeerReset.class);
        }
    }

    @Test
    void aDrainWhoseProgramHasJustEndedBringsItsLastBytes() throws Exception {
        int bytes = 3_000_000;
        InetdCommand command = shell("echo ready; cat >/dev/null; head -c " + bytes + " /dev/zero").withTimes(LONG,
                LONG);
        try (CommandServer serves = CommandServer.command(command, builder -> builder);
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            CompletableFuture<DrainReport> drained = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    drained.complete(serves.server.drain(LONG));
                } catch (InterruptedException e) {
                    drained.completeExceptionally(e);
                }
            });
            assertThat(socket.getInputStream().read()).as("the first byte after the end of its input").isZero();
            assertThat(readWhileItSends(socket)).isEqualTo(bytes - 1);
            assertThat(drained.get(LONG.toSeconds(), TimeUnit.SECONDS).finished()).isEqualTo(1);
        }
    }

    @Test
    void itsInputIsNotEndedWhileItsLastBytesAreOnTheirWay() throws Exception {
        int bytes = 256_000;
        try (CommandServer serves = CommandServer.shell("head -c " + bytes + " /dev/zero");
                Socket socket = new Socket()) {
            socket.setSoTimeout(CommandServer.LIMIT_MILLIS);
            socket.setReceiveBufferSize(NARROW_BYTES);
            socket.connect(serves.server.address());
            while (serves.exits() == 0) {
                Thread.onSpinWait();
            }
            Conversation lingering = (Conversation) serves.server.connections().getFirst();
            // The first call may find that bytes have moved since the program's end, and then ends nothing.
            lingering.cutInput(false);
            lingering.cutInput(false);
            assertThat(readWhileItSends(socket)).isEqualTo(bytes);
            assertThat(serves.awaitClosed().cause()).isEqualTo(new Cause.Done(false));
        }
    }

    /// The number of bytes up to the end that a client reads that sends a byte for each piece, as long as the server
    /// accepts it.
    private static int readWhileItSends(Socket socket) throws IOException {
        byte[] piece = new byte[16 << 10];
        int all = 0;
        boolean taken = true;
        for (int count; (count = socket.getInputStream().read(piece)) >= 0; all += count) {
            taken = taken && isTaken(socket);
        }
        return all;
    }

    private static boolean isTaken(Socket socket) {
        try {
            socket.getOutputStream().write('x');
            return true;
        } catch (IOException e) {
            // The server has closed the connection: the bytes that it sent before are still to be read.
            return false;
        }
    }

    @Test
    void aShorterIdleTimeHoldsForOneThatIsOpen() throws Exception {
        InetdCommand command = shell("echo ready; exec sleep 1000").withTimes(SHORT, LONG);
        try (CommandServer serves = CommandServer.command(command, builder -> builder);
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            long began = System.nanoTime();
            serves.server.reconfigure(o -> o.withTimeouts(t -> t.withIdle(Duration.ofMillis(100))));
            assertThat(serves.awaitClosed().cause()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void aHalfCloseIsNoReasonToEndIt() throws Exception {
        InetdCommand slow = shell("cat >/dev/null; sleep 0.5; echo done").withTimes(Duration.ZERO, Duration.ZERO);
        try (CommandServer serves = CommandServer.command(slow, builder -> builder)) {
            assertThat(serves.talk("x")).isEqualTo("done\n");
            assertThat(serves.awaitClosed().exit().code()).hasValue(0);
        }
    }

    @Test
    void aClientThatIsGoneEndsIt() throws Exception {
        try (CommandServer serves = CommandServer.command(shell("echo ready; exec sleep 1000").withTimes(SHORT, LONG),
                builder -> builder)) {
            Socket socket = serves.connect();
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            CommandServer.reset(socket);
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isInstanceOf(Cause.PeerReset.class);
            assertThat(closed.exit().code()).isEqualTo(OptionalInt.empty());
            assertThat(closed.exit().text()).isEqualTo("killed by SIGTERM");
        }
    }

    @Test
    void oneThatHearsNothingIsKilledWithAllItHasStarted() throws Exception {
        Path held = held();
        try (CommandServer serves = CommandServer.command(shell(holding(held, IGNORING)).withTimes(SHORT, SHORT),
                builder -> builder)) {
            Socket socket = serves.connect();
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            CommandServer.reset(socket);
            assertThat(serves.awaitClosed().exit().text()).isEqualTo("killed by SIGKILL");
            awaitNoneHas(held);
        }
    }

    @Test
    void itHasTimeToEndByItselfWhenItsClientIsGone() throws Exception {
        InetdCommand tidy = shell("echo ready; cat >/dev/null; exit 5").withTimes(LONG, LONG);
        try (CommandServer serves = CommandServer.command(tidy, builder -> builder)) {
            Socket socket = serves.connect();
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            CommandServer.reset(socket);
            assertThat(serves.awaitClosed().exit().code()).hasValue(5);
        }
    }

    @Test
    void whatItLeavesBehindIsEnded() throws Exception {
        Path held = held();
        InetdCommand leaving = shell(holding(held, "(sleep 1000) & echo started")).withTimes(LONG, LONG);
        try (CommandServer serves = CommandServer.command(leaving, builder -> builder)) {
            assertThat(serves.talk("")).as("until the end, though another process still has the connection")
                    .isEqualTo("started\n");
            assertThat(serves.awaitClosed().exit().code()).hasValue(0);
            awaitNoneHas(held);
        }
    }

    @Test
    void whatItLeavesBehindIsKilledWhenItDoesNotEnd() throws Exception {
        Path held = held();
        InetdCommand leaving = shell(holding(held, "(trap '' TERM; while true; do sleep 0.1; done) & echo started"))
                .withTimes(LONG, SHORT);
        try (CommandServer serves = CommandServer.command(leaving, builder -> builder)) {
            assertThat(serves.talk("")).isEqualTo("started\n");
            assertThat(serves.awaitClosed().exit().code()).hasValue(0);
            awaitNoneHas(held);
        }
    }

    @Test
    void oneThatCannotStartCostsItsConnectionOnly() throws Exception {
        Path program = directory.resolve("program");
        try (CommandServer serves = CommandServer.command(InetdCommand.of(program.toString()), builder -> builder)) {
            assertThat(serves.talk("x")).isEmpty();
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isInstanceOf(Cause.Failed.class);
            assertThat(closed.connection().exit()).isEmpty();
            assertThat(serves.failures).singleElement().asString()
                    .startsWith("cannot start " + program + ": there is no such program");
            Files.writeString(program, "#!/bin/sh\necho here now\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
            assertThat(serves.talk("")).isEqualTo("here now\n");
        }
    }

    @Test
    void thereAreOnlySoManyAtOnce() throws Exception {
        try (CommandServer serves = CommandServer.command(shell("echo ready; exec cat"),
                builder -> builder.model(Model.process(1)));
                Socket first = serves.connect();
                Socket second = serves.connect()) {
            assertThat(CommandServer.readLine(first)).isEqualTo("ready");
            assertThat(serves.server.connections()).as("the second waits in the kernel").hasSize(1);
            first.shutdownOutput();
            assertThat(CommandServer.readLine(second)).isEqualTo("ready");
        }
        try (CommandServer serves = CommandServer.command(shell("echo ready; exec cat"),
                builder -> builder.model(Model.process(1))
                        .options(options -> options.withOnFull(OnFull.REJECT)));
                Socket first = serves.connect()) {
            assertThat(CommandServer.readLine(first)).isEqualTo("ready");
            try (Socket second = serves.connect()) {
                assertThat(second.getInputStream().read()).isNegative();
            }
        }
    }

    @Test
    void anIdleConnectionEnds() throws Exception {
        InetdCommand command = shell("echo ready; exec sleep 1000").withTimes(SHORT, LONG);
        try (CommandServer serves = CommandServer.command(command,
                builder -> builder.options(o -> o.withTimeouts(t -> t.withIdle(Duration.ofMillis(200)))));
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            assertThat(socket.getInputStream().read()).isNegative();
            assertThat(serves.awaitClosed().cause()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
        }
    }

    @Test
    void aDrainEndsTheInputAndWaits() throws Exception {
        InetdCommand command = shell("echo ready; cat >/dev/null; echo bye; exit 4").withTimes(LONG, LONG);
        try (CommandServer serves = CommandServer.command(command, builder -> builder);
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            DrainReport report = serves.server.drain(LONG);
            assertThat(report.aborted()).isZero();
            assertThat(CommandServer.readLine(socket)).isEqualTo("bye");
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Stopped());
            assertThat(closed.exit().code()).hasValue(4);
        }
    }

    @Test
    void aServerThatIsClosedLeavesNothingBehind() throws Exception {
        Path held = held();
        CommandServer serves = CommandServer.command(shell(holding(held, IGNORING)).withTimes(LONG, LONG),
                builder -> builder);
        try (Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            serves.close();
            assertThat(socket.getInputStream().read()).isNegative();
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Stopped());
            assertThat(closed.exit().text()).isEqualTo("killed by SIGKILL");
            awaitNoneHas(held);
        } finally {
            serves.close();
        }
    }

    @Test
    void anAbortedConnectionEndsItsCommand() throws Exception {
        try (CommandServer serves = CommandServer.command(shell("echo ready; exec sleep 1000").withTimes(SHORT, LONG),
                builder -> builder);
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            serves.server.connections().getFirst().abort();
            assertThat(socket.getInputStream().read()).isNegative();
            CommandServer.Closed closed = serves.awaitClosed();
            assertThat(closed.cause()).isEqualTo(new Cause.Stopped());
            assertThat(closed.exit().text()).isEqualTo("killed by SIGTERM");
        }
    }

    @Test
    void childrenOfTheProgramAreLeftToIt() throws Exception {
        Process users = new ProcessBuilder("sh", "-c", "exit 72").start();
        try (CommandServer serves = CommandServer.shell("exit 1")) {
            for (int i = 0; i < 10; i++) {
                assertThat(serves.talk("")).isEmpty();
                assertThat(serves.awaitClosed().exit().code()).hasValue(1);
            }
        }
        assertThat(users.waitFor()).isEqualTo(72);
    }

    @Test
    void anotherModelIsRefused() {
        assertThatThrownBy(
                () -> Server.at("tcp://127.0.0.1:0").command(InetdCommand.of("cat")).model(Model.epoll()).start())
                .isInstanceOf(IllegalStateException.class).hasMessage("a command is a process for each connection, and"
                        + " the model epoll was chosen: take Model.process(), or none");
    }
}
