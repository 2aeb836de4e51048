package dev.polyserve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The removed entry is in the directory that was checked.
@DisabledOnOs(OS.WINDOWS)
class SecureDirectoryEntryTest {
    @TempDir
    private Path directory;

    @Test
    void shouldRemoveWhatItHasLookedAtWhenALinkOnThePathChanges() throws IOException {
        Path looked = Files.createFile(Files.createDirectory(directory.resolve("own")).resolve("file"));
        Path victim = Files.createFile(Files.createDirectory(directory.resolve("other")).resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), looked.getParent());
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(link.resolve("file"))) {
            assertThat(entry.attributes()).isPresent();
            Files.delete(link);
            Files.createSymbolicLink(link, victim.getParent());
            entry.remove();
        }
        assertThat(victim).exists();
        assertThat(looked).doesNotExist();
    }

    @Test
    void shouldLookAtALinkItselfAndRemoveIt() throws IOException {
        Path victim = Files.createFile(directory.resolve("victim"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), victim);
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(link)) {
            assertThat(entry.attributes().orElseThrow().isSymbolicLink()).isTrue();
            entry.remove();
            entry.remove();
            assertThat(entry.attributes()).isEmpty();
        }
        assertThat(victim).exists();
        assertThat(link).doesNotExist();
    }

    @Test
    void shouldSayThatThereIsNoSuchDirectory() {
        Path nowhere = directory.resolve("none").resolve("file");
        assertThatThrownBy(() -> SecureDirectoryEntry.at(nowhere).close()).isInstanceOf(NoSuchFileException.class);
    }
}
