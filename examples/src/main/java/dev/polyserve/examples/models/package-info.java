/// Each model by hand: an echo in one file of plain JDK code, beside the same as ten lines of Polyserve and a text that
/// explains the model in English and Chinese. [dev.polyserve.examples.models.ModelExample] reads them.
///
/// The files show what a model is, and nothing else: they have no limits, no time-outs and no draining, and most end
/// if they cannot accept. Each runs without a build: `java EpollByHand.java 8888`, with
/// `--enable-native-access=ALL-UNNAMED` if it calls the C library.
///
/// **Threads**: those of the model.
///
/// **Depends on** the JDK only; the reader also on the public interface.
@NullMarked
package dev.polyserve.examples.models;

import org.jspecify.annotations.NullMarked;
