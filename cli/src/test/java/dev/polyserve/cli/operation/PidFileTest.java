package dev.polyserve.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A directory's owner may put a link at any name at any moment; what it leads to is never written to or removed.
@EnabledOnOs(OS.LINUX)
class PidFileTest {
    @TempDir
    private Path directory = Path.of(".");

    private Path path = directory;
    private Path victim = directory;

    @BeforeEach
    void makeVictim() throws IOException {
        path = directory.resolve("pid");
        victim = Files.writeString(directory.resolve("victim"), "of root");
    }

    @Test
    void aLinkAtTheNameUnderWhichItIsWrittenIsNotFollowed() throws Exception {
        Path temporary = Files.createSymbolicLink(directory.resolve("temporary"), victim);
        try (PidFile file = PidFile.claim(path)) {
            assertThatThrownBy(() -> file.write(1, temporary)).isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be written");
        }
        assertThat(victim).hasContent("of root");
        assertThat(path).doesNotExist();
    }

    @Test
    void aLinkThatLeadsNowhereMakesNoFileThere() throws Exception {
        Path nowhere = directory.resolve("nowhere");
        Path temporary = Files.createSymbolicLink(directory.resolve("temporary"), nowhere);
        try (PidFile file = PidFile.claim(path)) {
            assertThatThrownBy(() -> file.write(1, temporary)).isInstanceOf(IOException.class);
        }
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void aLinkThatIsPutAtItsPathLaterIsReplaced() throws Exception {
        try (PidFile file = PidFile.claim(path)) {
            Files.createSymbolicLink(path, victim);
            file.write(42);
            assertThat(path).hasContent("42\n").isRegularFile();
            assertThat(Files.isSymbolicLink(path)).isFalse();
        }
        assertThat(victim).hasContent("of root");
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void aLinkInTheFilesPlaceStaysWithWhatItLeadsTo() throws Exception {
        try (PidFile file = PidFile.claim(path)) {
            file.write(42);
            Path moved = Files.move(path, directory.resolve("moved"));
            Files.createSymbolicLink(path, moved);
        }
        assertThat(path).isSymbolicLink().hasContent("42\n");
    }
}
