package dev.polyserve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Files are read whole up to a size, and what has no end is not opened.
@Timeout(20)
class SmallFileReaderTest {
    private static final int MOST = 2048;

    @TempDir
    private Path directory;

    @Test
    void aFileOfTheLargestSizeIsRead() throws Exception {
        Path file = Files.write(directory.resolve("f"), new byte[MOST]);
        assertThat(SmallFileReader.bytes(file, MOST)).hasSize(MOST);
        Files.write(file, new byte[MOST + 1]);
        assertThatThrownBy(() -> SmallFileReader.bytes(file, MOST))
                .isInstanceOfSatisfying(IrregularOrOversizedFileException.class,
                        e -> assertThat(e.why()).isEqualTo("is larger than 2 KiB: check the path"));
    }

    @Test
    void textIsInUtf8() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "ä");
        assertThat(SmallFileReader.text(file, MOST)).isEqualTo("ä");
        Files.write(file, new byte[]{(byte) 0xff});
        assertThatThrownBy(() -> SmallFileReader.text(file, MOST)).isInstanceOf(CharacterCodingException.class);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void textMayComeFromAPipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                Files.writeString(pipe, "text");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(SmallFileReader.text(pipe, MOST)).isEqualTo("text");
        writer.join();
        assertThatThrownBy(() -> SmallFileReader.text(Path.of("/dev/zero"), MOST))
                .isInstanceOf(IrregularOrOversizedFileException.class)
                .hasMessageContaining("is larger than 2 KiB");
        assertThatThrownBy(() -> SmallFileReader.text(directory, MOST)).hasMessageContaining("is a directory");
    }

    @Test
    void otherThingsAreRefused() {
        assertThatThrownBy(() -> SmallFileReader.bytes(directory, MOST)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> SmallFileReader.bytes(directory.resolve("none"), MOST))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDeviceAndANamedPipeAreNotOpened() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> SmallFileReader.bytes(pipe, MOST))
                .isInstanceOf(IrregularOrOversizedFileException.class);
        assertThatThrownBy(() -> SmallFileReader.bytes(Path.of("/dev/zero"), MOST))
                .isInstanceOf(IrregularOrOversizedFileException.class);
    }
}
