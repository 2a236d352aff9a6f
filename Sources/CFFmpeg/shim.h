// FFmpeg for Swift. The functions below give Swift what its importer cannot see: macros that compute
// a value or build a compound literal. Each names the macro it stands for and does nothing else.
#ifndef MIEN_CFFMPEG_SHIM_H
#define MIEN_CFFMPEG_SHIM_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavdevice/avdevice.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libavutil/time.h>
#include <libswscale/swscale.h>

// AV_NOPTS_VALUE: a cast inside the macro hides it from the importer.
static inline int64_t mien_av_nopts_value(void) { return AV_NOPTS_VALUE; }

// AVERROR(e) and FFmpeg's own error codes: function-like and tag-building macros.
static inline int mien_averror(int posix_error) { return AVERROR(posix_error); }
static inline int mien_averror_eof(void) { return AVERROR_EOF; }
static inline int mien_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int mien_averror_exit(void) { return AVERROR_EXIT; }

// AVFrame.duration, which was called pkt_duration before FFmpeg 6.
static inline int64_t mien_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

#endif
