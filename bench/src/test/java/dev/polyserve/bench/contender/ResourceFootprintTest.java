package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.service.BenchService;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResourceFootprintTest {
    private static final long MIB = 1 << 20;

    @AutoClose
    private final ContenderLauncher launcher = ScriptedContender.launcher();

    @BeforeAll
    static void needsProc() {
        Requirements.proc();
    }

    @Test
    void measuresMemoryThreadsAndDescriptors() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ResourceFootprint before = peer.running.footprint();
            peer.ask("open_files 10");
            peer.ask("start_threads 3");
            peer.ask("hold " + 50 * MIB);
            ResourceFootprint after = peer.running.footprint();
            assertThat(after.descriptors().orElseThrow()).isEqualTo(before.descriptors().orElseThrow() + 10);
            assertThat(after.threads().orElseThrow()).isEqualTo(before.threads().orElseThrow() + 3);
            assertThat(after.rssBytes().orElseThrow() - before.rssBytes().orElseThrow()).isBetween(50 * MIB, 60 * MIB);
        }
    }

    @Test
    void sharedPagesCountOnce() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            peer.ask("hold " + 50 * MIB);
            long alone = peer.running.footprint().rssBytes().orElseThrow();
            peer.ask("fork");
            peer.ask("fork");
            ResourceFootprint together = peer.running.footprint();
            assertThat(together.threads()).hasValue(3);
            assertThat(together.rssBytes().orElseThrow()).isBetween(50 * MIB, alone + 20 * MIB);
        }
    }

    @Test
    void readsTheDescriptorLimitOfTheProcess() throws Exception {
        RunningContender running = launcher.start(
                Contender.against("p=ulimit -n 123; " + ScriptedContender.command("{port}")),
                BenchService.ECHO, LoadTransport.TCP);
        assertThat(running.descriptorLimit()).hasValue(123);
    }

    @Test
    void unknownFiguresAreAbsent() {
        ResourceFootprint unknown = ResourceFootprint.of(ContenderProcesses.unknown());
        assertThat(unknown.rssBytes()).isEmpty();
        assertThat(unknown.threads()).isEmpty();
        assertThat(unknown.descriptors()).isEmpty();
        assertThat(DescriptorLimit.of(ContenderProcesses.unknown())).isEmpty();
    }

    @Test
    void readsTheKernelsTables() {
        String meminfo = """
                MemTotal:         1000 kB
                Slab:               20 kB
                KernelStack:         3 kB
                PageTables:          4 kB
                """;
        String sockstat = """
                sockets: used 9
                TCP: inuse 2 orphan 0 tw 7 alloc 9 mem 5
                UDP: inuse 0 mem 2
                UDPLITE: inuse 0
                FRAG: inuse 0 memory 1
                """;
        assertThat(KernelMemory.parse(meminfo, sockstat, 4096)).contains(
                new KernelMemory(20 << 10, 3 << 10, 4 << 10, 7 * 4096));
        assertThat(KernelMemory.parse("Slab:  20 kB\n", sockstat, 4096)).isEmpty();
        assertThat(KernelMemory.now().map(KernelMemory::totalBytes)).hasValueSatisfying(
                bytes -> assertThat(bytes).isGreaterThan(MIB));
    }

    @Test
    void missingTablesAreEmpty() {
        assertThat(ProcFiles.text("no-such-file")).isEmpty();
        assertThat(ProcFiles.names("no-such-directory")).isEmpty();
        assertThat(ProcFiles.link("no-such-link")).isEmpty();
        assertThat(ProcFiles.bytes("VmRSS:  12 kB\nVmSize:  13\n", "VmRSS")).hasValue(12 << 10);
        assertThat(ProcFiles.bytes("VmRSS:  12 kB\nVmSize:  13\n", "VmSize")).isEmpty();
        assertThat(ProcFiles.field("VmRSS:  12 kB\n", "Vm")).isEqualTo(Optional.empty());
    }
}
