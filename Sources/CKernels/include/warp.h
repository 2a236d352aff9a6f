#ifndef MIEN_WARP_H
#define MIEN_WARP_H

#endif
