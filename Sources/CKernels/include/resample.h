#ifndef MIEN_RESAMPLE_H
#define MIEN_RESAMPLE_H

#endif
