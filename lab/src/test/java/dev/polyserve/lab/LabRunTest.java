package dev.polyserve.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.examples.models.ModelExample;
import dev.polyserve.lab.recording.LabEventKind;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A lab as its page uses it: by JSON.
@Timeout(120)
class LabRunTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void runsOursAgainstAnotherServerAndLeavesNoProcess() throws Exception {
        String command = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java -cp "
                + System.getProperty("java.class.path") + " " + ModelExample.of("thread").byHandClass() + " {port}";
        try (Lab lab = Lab.open(LabServerProgram.running(), List.of(command))) {
            LabRun run = lab.start("{\"servers\":[{\"model\":\"thread\"},{\"against\":"
                    + MAPPER.writeValueAsString(command) + "}],\"clients\":3,\"seconds\":60}");
            assertThat(lab.current()).contains(run);
            RecordedRun recorded = RecordedRun.until(
                    shown -> shown.events(0, LabEventKind.ENDED).findAny().isPresent()
                            && shown.events(1, LabEventKind.ENDED).findAny().isPresent(),
                    run);
            assertThat(recorded.assertReconciled().exact()).isPositive();
            assertThat(recorded.events(1, LabEventKind.READ)).as("events inside of the other server").isEmpty();
            JsonNode whole = MAPPER.readTree(run.recorded());
            assertThat(whole.path("state").asString("")).isEqualTo("over");
            assertThat(whole.path("over").asString("")).isEqualTo("it was stopped");
            assertThat(whole.path("events").size()).isGreaterThan(20);
            assertThat(whole.path("samples").size()).isPositive();
            assertThat(whole.path("samples").get(0).path("residentBytes").asLong(0)).isPositive();
            assertThat(pids(whole)).hasSizeGreaterThanOrEqualTo(2).allSatisfy(LabRunTest::assertEnds);
        }
    }

    private static List<Long> pids(JsonNode run) {
        List<Long> pids = new ArrayList<>();
        run.path("servers").forEach(server -> server.path("pids").forEach(pid -> pids.add(pid.asLong(0))));
        return pids;
    }

    private static void assertEnds(long pid) throws Exception {
        var process = ProcessHandle.of(pid);
        if (process.isPresent()) {
            assertThat(process.get().onExit().get(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void saysWhatCanBeChosen() throws Exception {
        try (Lab lab = Lab.open(LabServerProgram.running(), List.of())) {
            JsonNode choices = MAPPER.readTree(lab.choices());
            assertThat(choices.path("models").size()).isEqualTo(13);
            JsonNode iterative = choices.path("models").get(0);
            assertThat(iterative.path("id").asString("")).isEqualTo("iterative");
            assertThat(iterative.path("byHand").asString("")).contains("class IterativeByHand");
            assertThat(iterative.path("chinese").path("idea").size()).isEqualTo(3);
            assertThat(choices.path("models")).allMatch(model -> !model.path("suits").isEmpty());
        }
    }

    @Test
    void aServerThatCannotStartSaysWhy() throws Exception {
        try (Lab lab = Lab.open(LabServerProgram.running(), List.of("exit 3; {port}"))) {
            LabRun run = lab.start("{\"servers\":[{\"against\":\"exit 3; {port}\"}],\"clients\":1,\"seconds\":1}");
            RecordedRun _ = RecordedRun.until(shown -> shown.run().head().contains("\"state\":\"failed\""), run);
            assertThat(run.head()).contains("has ended before it listened on port");
        }
    }

    @Test
    void aCommandSaysWhereThePortStands() {
        assertThatThrownBy(() -> Lab.open(LabServerProgram.running(), List.of("python3 server.py")))
                .isInstanceOf(LabException.class).hasMessageContaining("does not say {port}");
    }

    @Test
    void aClosedLabStartsNothing() throws Exception {
        Lab lab = Lab.open(LabServerProgram.running(), List.of());
        lab.close();
        assertThatThrownBy(() -> lab.start("{\"servers\":[{\"model\":\"thread\"}]}"))
                .isInstanceOf(LabException.class).hasMessageContaining("the lab is closed");
    }
}
