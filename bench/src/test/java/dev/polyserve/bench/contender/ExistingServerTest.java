package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.service.BenchService;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
@Timeout(60)
class ExistingServerTest {
    @TempDir
    private Path directory;
    @AutoClose
    private final ContenderLauncher launcher = ScriptedContender.launcher();

    @ParameterizedTest
    @EnumSource
    void itsProcessesAreFoundAndNotEnded(LoadTransport transport) throws Exception {
        Requirements.proc();
        String place = transport == LoadTransport.UDP ? "udp:{port}" : "${PORT-$SOCKET}";
        RunningContender server = launcher.start(Contender.against("p=" + ScriptedContender.command(place)),
                BenchService.ECHO, transport);
        RunningContender found = launcher.start(Contender.against("it=" + server.endpoint()), BenchService.ECHO,
                transport);
        assertThat(found.pids()).isEqualTo(server.pids()).isNotEmpty();
        assertThat(found.endpoint()).isEqualTo(server.endpoint());
        assertThat(found.remarks()).containsExactly(
                "it was already running, so it keeps the processors it was started on");
        assertThat(found.footprint().rssBytes()).isPresent();
        assertThat(found.usage(() -> 0).since(found.usage(() -> 0)).cpuNanos()).isPresent();
        found.close();
        assertThat(found.alive()).isTrue();
        assertThat(found.lastOutput()).isEmpty();
        server.close();
        assertThat(found.alive()).isFalse();
        assertThat(found.ended()).contains("it has ended; its own logs may say why");
    }

    @Test
    void itsChildrenBelongToIt() throws Exception {
        Requirements.proc();
        try (ScriptedContender server = ScriptedContender.start(launcher)) {
            long child = server.number("fork");
            RunningContender found = launcher.start(Contender.against(server.running.endpoint().toString()),
                    BenchService.ECHO,
                    LoadTransport.TCP);
            assertThat(found.pids()).containsExactlyInAnyOrderElementsOf(server.running.pids()).contains(child);
        }
    }

    @Test
    void aMissingServerIsReported() throws Exception {
        FreeEndpoint free = FreeEndpoint.find(LoadTransport.TCP);
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(() -> launcher.start(Contender.against(free.endpoint().toString()), BenchService.ECHO,
                        LoadTransport.TCP))
                .withMessage("no server answers at " + free.endpoint());
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(() -> launcher.start(Contender.against("it=unix:" + directory.resolve("none")),
                        BenchService.ECHO, LoadTransport.UNIX))
                .withMessage("it does not answer at unix:" + directory.resolve("none"));
    }

    @Test
    void theProcessesOfARemoteServerAreUnknown() {
        ContenderProcesses elsewhere = ListeningProcesses.processes(new Endpoint.Tcp("192.0.2.1", 22));
        assertThat(elsewhere.roots()).isEmpty();
        ExistingServer life = new ExistingServer("far", elsewhere);
        assertThat(life.ended()).isEmpty();
        assertThat(UsageSampler.take(elsewhere, () -> 0).since(UsageSampler.take(elsewhere, () -> 0)).cpuNanos())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0100007F:1F90,127.0.0.1,8080,true", "0100007F:1F90,127.0.0.1,8081,false",
        "0100007F:1F90,127.0.0.2,8080,false", "00000000:1F90,127.0.0.1,8080,true",
        "00000000000000000000000000000000:1F90,127.0.0.1,8080,true",
        "00000000000000000000000001000000:1F90,::1,8080,true",
        "0000000000000000FFFF00000100007F:1F90,127.0.0.1,8080,true"})
    void readsAddressesOfTheTable(String row, String address, int port, boolean listens) throws Exception {
        // The table is in native byte order; the rows above are little-endian.
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "needs a little-endian processor");
        assertThat(ListeningProcesses.listensAt(row, InetAddress.getByName(address), port)).isEqualTo(listens);
    }
}
