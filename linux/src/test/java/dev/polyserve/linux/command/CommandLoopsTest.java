package dev.polyserve.linux.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.InetdCommand;
import dev.polyserve.DrainReport;
import dev.polyserve.Model;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Commands on several loops.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class CommandLoopsTest {
    private static final String FIRST = "polyserve-accept";
    private static final String SECOND = "polyserve-loop-1";
    private static final InetdCommand CAT = InetdCommand.of("sh", "-c", "echo ready; exec cat");
    private static final Duration LONG = Duration.ofSeconds(60);

    private static Socket ready(CommandServer serves) throws Exception {
        Socket socket = serves.connect();
        assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
        return socket;
    }

    @Test
    void theLoopWithTheFewestCommandsStartsTheNext() throws Exception {
        try (CommandServer serves = CommandServer.command(CAT, builder -> builder); Socket first = ready(serves)) {
            assertThat(serves.beganOn).containsExactly(FIRST);
            try (Socket second = ready(serves)) {
                assertThat(serves.beganOn).containsExactly(FIRST, SECOND);
                second.shutdownOutput();
                assertThat(second.getInputStream().read()).isNegative();
            }
            assertThat(serves.awaitClosed().exit().text()).isEqualTo("exit 0");
            try (Socket third = ready(serves)) {
                assertThat(serves.beganOn).containsExactly(FIRST, SECOND, SECOND);
                assertThat(first.isConnected() && third.isConnected()).isTrue();
            }
        }
    }

    @Test
    void theLimitIsOneForAllLoops() throws Exception {
        try (CommandServer serves = CommandServer.command(CAT, builder -> builder.model(Model.process(2)));
                Socket _ = ready(serves);
                Socket second = ready(serves);
                Socket third = serves.connect()) {
            assertThat(serves.beganOn).containsExactly(FIRST, SECOND);
            assertThat(serves.server.connections()).as("the third waits in the kernel").hasSize(2);
            second.shutdownOutput();
            assertThat(CommandServer.readLine(third)).isEqualTo("ready");
        }
    }

    @Test
    void aDrainWaitsForTheCommandsOfAllLoops() throws Exception {
        try (CommandServer serves = CommandServer.command(CAT, builder -> builder);
                Socket first = ready(serves);
                Socket second = ready(serves)) {
            DrainReport report = serves.server.drain(LONG);
            assertThat(report.aborted()).isZero();
            assertThat(report.finished()).isEqualTo(2);
            assertThat(first.getInputStream().read()).isNegative();
            assertThat(second.getInputStream().read()).isNegative();
        }
    }

    @Test
    void aServerThatIsClosedEndsTheCommandsOfAllLoops() throws Exception {
        InetdCommand ignoring = InetdCommand
                .of("sh", "-c", "trap '' TERM HUP PIPE; echo ready; while true; do sleep 0.1; done")
                .withTimes(LONG, LONG);
        CommandServer serves = CommandServer.command(ignoring, builder -> builder);
        try (Socket _ = ready(serves); Socket _ = ready(serves)) {
            assertThat(serves.beganOn).containsExactly(FIRST, SECOND);
            serves.close();
            assertThat(serves.awaitClosed().exit().text()).isEqualTo("killed by SIGKILL");
            assertThat(serves.awaitClosed().exit().text()).isEqualTo("killed by SIGKILL");
        } finally {
            serves.close();
        }
    }
}
